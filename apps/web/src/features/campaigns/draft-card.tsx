import type { Reaction } from "@longhaul/workflows/contracts";
import type { ReactNode } from "react";
import { ProgressBar } from "../../components/ui/progress-bar.js";
import type { DraftSoFar } from "./campaign.js";

const partLabels = {
  subject: "Subject",
  language: "Language",
  manner: "Manner",
  interest: "Interest",
} as const;

interface DraftCardProps {
  tried: DraftSoFar;
  /** Goes above the text. */
  choice?: ReactNode;
}

/** A draft as it was written, and under it what each twin makes of it. */
export function DraftCard({ tried: { draft, reactions, score }, choice }: DraftCardProps) {
  return (
    <article
      aria-label={`Draft ${draft.variant}`}
      data-draft={`${draft.channel} ${draft.segment} ${draft.variant}`}
      className="grid content-start gap-3 rounded-md border bg-surface p-3"
    >
      <div className="flex items-baseline justify-between gap-2">
        {choice ?? <h4 className="font-medium">Draft {draft.variant}</h4>}
        <p className="text-sm text-ink-soft tabular-nums">
          {score === null ? "The twins are reading it..." : `${score} of 100`}
        </p>
      </div>
      <div className="rounded-md bg-sunken p-3">
        <p className="font-medium break-words">{draft.subject}</p>
        <p className="mt-1 break-words whitespace-pre-line">{draft.body}</p>
      </div>
      {reactions.map((reaction) => (
        <ReactionView key={reaction.twinId} reaction={reaction} />
      ))}
      {draft.madeBy.note && <p className="text-sm text-ink-soft">{draft.madeBy.note}</p>}
    </article>
  );
}

function ReactionView({ reaction: { twin, score, says, parts, by } }: { reaction: Reaction }) {
  return (
    <div data-reaction={twin} className="grid gap-1 border-t pt-2">
      <p className="flex items-baseline justify-between gap-2">
        <span className="min-w-0 font-medium break-words">{twin}</span>
        <span className="shrink-0 text-sm tabular-nums">{score} of 100</span>
      </p>
      <ProgressBar value={score / 100} label={`Score of ${twin}`} />
      <p className="break-words">{says}</p>
      <details className="text-sm">
        <summary className="cursor-pointer text-ink-soft">How this was reckoned</summary>
        <table className="mt-1 w-full">
          <thead className="text-left text-ink-soft">
            <tr>
              <th className="font-normal">Part</th>
              <th className="pr-3 text-right font-normal">Score</th>
              <th className="pr-3 text-right font-normal">Weight</th>
              <th className="font-normal">Why</th>
            </tr>
          </thead>
          <tbody>
            {parts.map(({ part, score: points, weight, reason }) => (
              <tr key={part} className="align-top">
                <td className="pr-3">{partLabels[part]}</td>
                <td className="pr-3 text-right tabular-nums">{points}</td>
                <td className="pr-3 text-right tabular-nums">{Math.round(weight * 100)} %</td>
                <td className="break-words">{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="mt-1 text-ink-soft">
          The numbers come from the twin's trained model
          {by === "offline"
            ? ", and so do its words: no language model was asked."
            : "; its words from a language model."}
        </p>
      </details>
    </div>
  );
}
