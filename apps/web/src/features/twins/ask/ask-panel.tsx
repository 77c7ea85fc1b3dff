import { type FormEvent, useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { Field } from "../../../components/ui/field.js";
import { Textarea } from "../../../components/ui/input.js";
import { Notice } from "../../../components/ui/notice.js";
import { Panel } from "../../../components/ui/panel.js";
import { toProblem } from "../../../lib/errors.js";
import { trpc } from "../../../lib/trpc.js";
import { listedIds } from "../../runs/run-list.js";
import { type RunFilter, useRunList } from "../../runs/use-run-list.js";
import { useMay } from "../../settings/use-me.js";
import { createKeys } from "../../start/start-run.js";
import type { Twin } from "../twin-state.js";
import { AnswerView } from "./answer-view.js";

/** Asks the twin, and shows what was asked before; each question is a run with this tag. */
export function AskPanel({ twin }: { twin: Twin }) {
  const mayAsk = useMay("operator");
  const tag = `twin:${twin.id}`;
  const [filter] = useState<RunFilter>(() => ({ workflow: "twin-answer", tag, limit: 6 }));
  const { query } = useRunList(filter);
  const asked = query.data ? listedIds(query.data).flatMap((id) => query.data?.byId[id] ?? []) : [];
  return (
    <Panel title={`Ask ${twin.name}`}>
      <div className="grid gap-4">
        {mayAsk ? <AskForm twin={twin} tag={tag} /> : <p className="text-ink-soft">An operator may ask.</p>}
        {asked.length > 0 && (
          <ol aria-label="Questions" className="grid gap-4">
            {asked.map((run) => (
              <AnswerView key={run.id} listed={run} />
            ))}
          </ol>
        )}
      </div>
    </Panel>
  );
}

function AskForm({ twin, tag }: { twin: Twin; tag: string }) {
  const [question, setQuestion] = useState("");
  const [keyOf, setKeys] = useState(createKeys);
  const ask = trpc.workflows.twinAnswer.start.useMutation({
    onSuccess: (_run, { input }) => {
      // The next one may have been begun already.
      setQuestion((now) => (now === input.question ? "" : now));
      // The same question may be asked again: it is another run.
      setKeys(createKeys);
    },
  });
  const mayAsk = !ask.isPending && question.trim().length >= 3;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!mayAsk) return;
    const input = { twinId: twin.id, question };
    ask.mutate({ input, tags: [tag], idempotencyKey: keyOf(input) });
  };
  return (
    <form noValidate onSubmit={submit} className="grid gap-2">
      <Field label="Question" required error={ask.error ? toProblem(ask.error).message : undefined}>
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            maxLength={1_000}
            value={question}
            onChange={({ target }) => setQuestion(target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
            }}
          />
        )}
      </Field>
      <div>
        <Button type="submit" look="primary" disabled={!mayAsk}>
          {ask.isPending ? "Asking..." : "Ask"}
        </Button>
      </div>
      {twin.versions.some(({ state }) => state === "training") && (
        <Notice look="info">Version {twin.activeVersion} answers until the new one is ready.</Notice>
      )}
    </form>
  );
}
