import type { Run, RunStep } from "@longhaul/kit";
import { useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { Dialog } from "../../../components/ui/dialog.js";
import { Field } from "../../../components/ui/field.js";
import { Select } from "../../../components/ui/input.js";
import { Notice } from "../../../components/ui/notice.js";
import { SkeletonLines } from "../../../components/ui/skeleton.js";
import { plural } from "../../../lib/format.js";
import { useRunDetails } from "../use-run.js";
import { checkpointName, keptBefore, readJson, startingPoints } from "./checkpoints.js";
import { JsonEdit } from "./json-edit.js";
import { useRerunFrom } from "./use-rerun-from.js";

interface RerunFromDialogProps {
  run: Run;
  /** The step that is chosen at first; else the one that failed, else the first. */
  step?: string | undefined;
  onClose: () => void;
}

/** Asks from which step on a run is to be done anew, and with what in place of what it had. */
export function RerunFromDialog({ run, step, onClose }: RerunFromDialogProps) {
  const { data } = useRunDetails(run.id);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Rerun from a step"
      description={
        <p>A new run begins. It keeps what the steps before the chosen one gave; this run stays as it is.</p>
      }
    >
      {data ? (
        <RerunForm run={run} steps={data.steps} step={step} onClose={onClose} />
      ) : (
        <SkeletonLines label="Reading the steps" />
      )}
    </Dialog>
  );
}

/** What stands for the run's own input among the things to edit. */
const inputKey = "input of the run";

function RerunForm({ run, steps, step, onClose }: RerunFromDialogProps & { steps: readonly RunStep[] }) {
  const points = startingPoints(steps);
  const failed = steps.findLast(({ status }) => status === "failed")?.step;
  const [chosen, choose] = useState(step);
  // A run that fails at once is read before its steps are.
  const from = chosen ?? failed ?? points[0] ?? "";
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const { rerunFrom, pending, problem, reset } = useRerunFrom(run.id);
  const kept = keptBefore(steps, from);
  const originals = new Map<string, unknown>([
    [inputKey, run.input],
    ...kept.map((one) => [checkpointName(one), one.output] as const),
  ]);
  const editable = [...originals.keys()];
  const edited = editable.filter((name) => texts[name] !== undefined);

  function submit(): void {
    const outputs: Record<string, unknown> = {};
    const wrong: Record<string, string> = {};
    for (const name of edited) {
      const read = readJson(texts[name] ?? "");
      if ("error" in read) wrong[name] = read.error;
      else outputs[name] = read.value;
    }
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    const { [inputKey]: input, ...rest } = outputs;
    rerunFrom({
      step: from,
      ...(input === undefined ? {} : { input }),
      ...(Object.keys(rest).length > 0 ? { outputs: rest } : {}),
    });
  }

  /** What the server says of one edited text. */
  const refusals = (name: string) =>
    problem?.issues.flatMap(({ path, message }) => {
      const [what, ...inside] = path;
      const here = name === inputKey ? what === "input" : what === "outputs" && inside[0] === name;
      const place = (name === inputKey ? inside : inside.slice(1)).join(".");
      return here ? [place ? `${place}: ${message}` : message] : [];
    }) ?? [];
  const unplaced = problem && !edited.some((name) => refusals(name).length > 0);

  function edit(name: string, text: string | undefined): void {
    reset();
    setErrors({});
    setTexts(({ [name]: _, ...others }) => (text === undefined ? others : { ...others, [name]: text }));
  }

  return (
    <div className="grid gap-4">
      <Field label="Begin with" required help={keptSentence(kept.length)}>
        {(control) => (
          <Select {...control} value={from} onChange={(event) => choose(event.target.value)}>
            {points.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        )}
      </Field>
      {edited.map((name) => (
        <JsonEdit
          key={name}
          label={name === inputKey ? "Input of the run" : `Output of ${name}`}
          text={texts[name] ?? ""}
          errors={errors[name] ? [errors[name]] : refusals(name)}
          onChange={(text) => edit(name, text)}
          onRemove={() => edit(name, undefined)}
        />
      ))}
      <Field label="Change something first" help="As JSON; it is checked before the run begins.">
        {(control) => (
          <Select
            {...control}
            value=""
            onChange={({ target: { value } }) =>
              value && edit(value, JSON.stringify(originals.get(value), null, 2))
            }
          >
            <option value="">Nothing{edited.length > 0 && " more"}</option>
            {editable
              .filter((name) => !edited.includes(name))
              .map((name) => (
                <option key={name} value={name}>
                  {name === inputKey ? "The input of the run" : `The output of ${name}`}
                </option>
              ))}
          </Select>
        )}
      </Field>
      {unplaced && (
        <Notice role="alert" look="bad">
          {problem.message}
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Not now</Button>
        <Button look="primary" disabled={pending || !from} onClick={submit}>
          {pending ? "Starting..." : `Rerun from ${from}`}
        </Button>
      </div>
    </div>
  );
}

function keptSentence(count: number): string {
  return count === 0
    ? "Nothing was completed before it: everything is done anew."
    : `${plural(count, "completed step")} before it will be kept.`;
}
