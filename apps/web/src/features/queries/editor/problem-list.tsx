import type { TemplateProblem } from "@longhaul/workflows/contracts";
import { CircleAlert } from "lucide-react";

/** What is wrong with the query, in words: the editor underlines the same. */
export function ProblemList({ problems }: { problems: readonly TemplateProblem[] }) {
  return (
    <ul aria-label="Problems of the query" aria-live="polite" className="grid gap-1">
      {problems.slice(0, 5).map(({ message, place }, index) => (
        <li key={index} className="flex gap-1.5 text-bad">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span className="min-w-0 break-words">
            {place && (
              <span className="text-ink-soft tabular-nums">
                Line {place.line}, column {place.column}:{" "}
              </span>
            )}
            {message}
          </span>
        </li>
      ))}
    </ul>
  );
}
