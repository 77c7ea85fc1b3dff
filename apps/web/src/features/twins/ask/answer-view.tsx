import { newerRun } from "@longhaul/client";
import { useRun } from "@longhaul/client/react";
import { isFinal, type Run } from "@longhaul/kit";
import { type TwinAnswer, twinAnswerSchema } from "@longhaul/workflows/contracts";
import { Link } from "@tanstack/react-router";
import { Notice } from "../../../components/ui/notice.js";
import { TimeAgo } from "../../../components/ui/time.js";
import { reasonOf } from "../../runs/status.js";

/** A question, and its answer as far as it is. */
export function AnswerView({ listed }: { listed: Run }) {
  return isFinal(listed.status) ? <Answered run={listed} /> : <Answering listed={listed} />;
}

/** Follows the run, so that the answer is seen while it is written. */
function Answering({ listed }: { listed: Run }) {
  const { run, texts } = useRun(listed.id);
  const now = newerRun(listed, run) ?? listed;
  const text = texts.find(({ stream }) => stream === "answer")?.text;
  if (isFinal(now.status)) return <Answered run={now} />;
  return (
    <Frame run={now}>
      <p aria-live="polite" className={text ? "" : "text-ink-soft"}>
        {text ?? "Looking it up..."}
      </p>
    </Frame>
  );
}

function Answered({ run }: { run: Run }) {
  const parsed = run.status === "succeeded" ? twinAnswerSchema.safeParse(run.output) : null;
  return (
    <Frame run={run}>
      {parsed?.success ? (
        <Answer answer={parsed.data} />
      ) : (
        <Notice look="bad">{reasonOf(run) ?? "There is no answer."}</Notice>
      )}
    </Frame>
  );
}

function Frame({ run, children }: { run: Run; children: React.ReactNode }) {
  return (
    <li data-answer={run.status} className="grid gap-2 rounded-lg border p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <Link to="/runs/$runId/result" params={{ runId: run.id }} className="min-w-0 font-medium break-words">
          {run.name}
        </Link>
        <span className="text-sm text-ink-soft">
          <TimeAgo at={run.createdAt} />
        </span>
      </div>
      {children}
    </li>
  );
}

/** What was answered, and on what it rests. */
function Answer({ answer }: { answer: TwinAnswer }) {
  const { passages, cited, found, tokens, madeBy, version } = answer;
  const sources = cited.flatMap((place) => {
    const passage = passages[place];
    return passage ? [{ ...passage, number: place + 1 }] : [];
  });
  const spent = tokens && `${tokens.input} tokens read, ${tokens.output} written.`;
  return (
    <div className="grid gap-2">
      <p className={found ? "whitespace-pre-line" : "text-ink-soft"}>{answer.answer}</p>
      {found && sources.length > 0 && (
        <ul aria-label="Sources" className="grid gap-2">
          {sources.map(({ number, document, excerpt, score }) => (
            <li key={number}>
              <details className="rounded-md border bg-sunken px-3 py-1.5">
                <summary className="cursor-pointer text-sm">
                  <span className="tabular-nums">[{number}]</span>{" "}
                  <span className="font-medium">{document}</span>{" "}
                  <span className="text-ink-soft tabular-nums">score {score.toFixed(1)}</span>
                </summary>
                <blockquote className="mt-2 mb-1 border-l-2 pl-3 text-sm">{excerpt}</blockquote>
              </details>
            </li>
          ))}
        </ul>
      )}
      <p className="text-sm text-ink-soft">
        Version {version}, {madeBy.model}. {madeBy.note} {spent}
      </p>
    </div>
  );
}
