import { plural } from "../../lib/format.js";
import { trpc } from "../../lib/trpc.js";
import type { RunFilter } from "./use-run-list.js";

const everyMs = 15_000;

/** How many runs the filter lets through; beyond a thousand they are not counted. */
export function RunCount({ filter: { limit: _, ...filter } }: { filter: RunFilter }) {
  const { data } = trpc.runs.count.useQuery(filter, {
    refetchInterval: everyMs,
    placeholderData: (before) => before,
  });
  return (
    <p role="status" className="min-h-4 text-sm text-ink-soft tabular-nums">
      {data && (data.capped ? "1,000+ runs" : plural(data.count, "run"))}
    </p>
  );
}
