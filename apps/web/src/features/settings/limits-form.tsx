import { type FormEvent, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Input } from "../../components/ui/input.js";
import { Notice } from "../../components/ui/notice.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";

type Limits = Outputs["limits"]["get"];

const fields = [
  [
    "maxRunning",
    "Runs at the same time",
    "In the whole organisation. Further ones wait for their turn; a run that waits for a person is not counted.",
  ],
  ["maxRunningPerUser", "Runs at the same time for each person", "So that nobody takes all the room."],
  ["retentionDays", "Days that ended runs are kept", "With their files. Pinned runs stay."],
] as const satisfies readonly (readonly [keyof Limits, string, string])[];

/** The organisation's limits, for those who may change them. */
export function LimitsForm({ limits }: { limits: Limits }) {
  const utils = trpc.useUtils();
  const [texts, setTexts] = useState(() => ({
    maxRunning: String(limits.maxRunning),
    maxRunningPerUser: String(limits.maxRunningPerUser),
    retentionDays: String(limits.retentionDays),
  }));
  const update = trpc.limits.update.useMutation({
    onSuccess: (saved) => utils.limits.get.setData(undefined, saved),
  });
  const problem = update.error && toProblem(update.error);
  const errorOf = (name: string) => problem?.issues.find(({ path }) => path[0] === name)?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // What is no number becomes one that the server refuses in its own words.
    const number = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));
    update.mutate({
      maxRunning: number(texts.maxRunning),
      maxRunningPerUser: number(texts.maxRunningPerUser),
      retentionDays: number(texts.retentionDays),
    });
  };
  return (
    <form noValidate onSubmit={submit} onChange={() => update.reset()} className="grid gap-4">
      {problem && problem.issues.length === 0 && (
        <Notice role="alert" look="bad">
          {problem.message}
        </Notice>
      )}
      {fields.map(([name, label, help]) => (
        <Field key={name} label={label} required help={help} error={errorOf(name)}>
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              className="max-w-32 tabular-nums"
              value={texts[name]}
              onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" disabled={update.isPending}>
          {update.isPending ? "Saving..." : "Save the limits"}
        </Button>
        <p role="status" className="text-ink-soft">
          {update.isSuccess && "Saved. Runs that go on already are not stopped."}
        </p>
      </div>
    </form>
  );
}
