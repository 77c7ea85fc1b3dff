import type { Format } from "@longhaul/workflows/contracts";
import { Button } from "../../../components/ui/button.js";
import { Field } from "../../../components/ui/field.js";
import { Input, Select, Textarea } from "../../../components/ui/input.js";
import { Notice } from "../../../components/ui/notice.js";
import { trpc } from "../../../lib/trpc.js";
import { presets } from "../presets.js";
import { DraftNotice } from "../../drafts/draft-notice.js";
import { AgentsFields } from "./agents-fields.js";
import { QuantityFields } from "./quantity-fields.js";
import { type Priority, type TalkForm as Form, useTalkForm } from "./use-talk-form.js";

const formats: readonly { format: Format; title: string; what: string }[] = [
  { format: "panel", title: "Panel", what: "A moderator asks, everybody answers in each round." },
  { format: "discussion", title: "Discussion", what: "Whoever is addressed has the word." },
  { format: "simulation", title: "Simulation", what: "All act on a shared number, tick by tick." },
];

/** Who talks about what, and how. */
export function TalkForm() {
  const form = useTalkForm();
  const { draft, errors, problem, pending, change } = form;
  return (
    <form noValidate onSubmit={form.onSubmit} className="grid gap-5" aria-label="A new talk">
      {problem && (
        <Notice role="alert" look="bad" title="The talk was not started">
          {problem}
        </Notice>
      )}
      <DraftNotice draft={form.kept} />
      <PresetButtons form={form} />
      <FormatChoice form={form} />
      <Field label="Topic" required error={errors["topic"]}>
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            value={draft.topic}
            onChange={(event) => change({ topic: event.target.value })}
          />
        )}
      </Field>
      <div className="grid gap-4 @xl:grid-cols-2">
        <Field
          label={draft.format === "simulation" ? "Ticks" : "Rounds"}
          required
          error={errors["rounds"]}
          help="1 to 10; everybody speaks once in each."
        >
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              value={draft.rounds}
              onChange={(event) => change({ rounds: event.target.value })}
            />
          )}
        </Field>
        <PriorityField form={form} />
      </div>
      {draft.format === "simulation" && <QuantityFields form={form} />}
      <AgentsFields form={form} />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" disabled={pending}>
          {pending ? "Starting..." : "Start the talk"}
        </Button>
        <p className="text-ink-soft">{turnsText(form)}</p>
      </div>
    </form>
  );
}

function turnsText({ draft: { format, rounds, agents } }: Form): string {
  const count = Number(rounds) * (agents.length + (format === "panel" ? 1 : 0));
  return Number.isInteger(count) && count > 0 ? `${count} turns, each a step that is kept.` : "";
}

function PresetButtons({ form }: { form: Form }) {
  return (
    <div role="group" aria-label="Examples" className="flex flex-wrap items-center gap-2">
      <span className="text-sm text-ink-soft">Begin with:</span>
      {presets.map((preset) => (
        <Button key={preset.title} size="small" onClick={() => form.load(preset)}>
          {preset.title}
        </Button>
      ))}
    </div>
  );
}

function FormatChoice({ form: { draft, change } }: { form: Form }) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">How they talk</legend>
      <div className="grid gap-2 @xl:grid-cols-3">
        {formats.map(({ format, title, what }) => (
          <label
            key={format}
            className="flex cursor-pointer gap-2 rounded-lg border bg-surface p-3 hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name="format"
              className="mt-0.5 size-4 shrink-0"
              checked={draft.format === format}
              onChange={() => change({ format })}
            />
            <span className="grid">
              <span className="font-medium">{title}</span>
              <span className="text-sm text-ink-soft">{what}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const planHelp = {
  free: "The free plan goes through the standard queue and cannot choose.",
  team: "High goes through the priority queue.",
  business: "The business plan always goes through the priority queue.",
};

function PriorityField({ form: { draft, change } }: { form: Form }) {
  const { data } = trpc.plan.get.useQuery(undefined, { staleTime: 60_000 });
  const plan = data?.plan ?? "free";
  return (
    <Field label="Priority" required help={data ? planHelp[plan] : undefined}>
      {(control) => (
        <Select
          {...control}
          disabled={plan === "free"}
          value={plan === "free" ? "normal" : draft.priority}
          onChange={(event) => change({ priority: event.target.value as Priority })}
        >
          <option value="normal">Normal</option>
          <option value="high">High</option>
        </Select>
      )}
    </Field>
  );
}
