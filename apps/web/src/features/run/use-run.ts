import { newerRun } from "@longhaul/client";
import { useRun as useFollowedRun } from "@longhaul/client/react";
import type { Run, RunEvent } from "@longhaul/kit";
import { useEffect, useMemo } from "react";
import { throttle } from "../../lib/throttle.js";
import { type Outputs, type QueryOf, trpc } from "../../lib/trpc.js";

export type RunDetails = Outputs["runs"]["get"];

const detailsMs = 700;

/** Events after which steps, artifacts and notifications are what they were. */
const quiet = new Set<RunEvent["type"]>(["step.progress", "step.log"]);

/** Keeps steps, artifacts and notifications of this run current while the page is open. */
export function useFollowRun(runId: string): void {
  const utils = trpc.useUtils();
  const { events } = useFollowedRun(runId);
  const details = useMemo(
    () => throttle(() => void utils.runs.get.invalidate({ runId }), detailsMs),
    [utils, runId],
  );
  useEffect(() => details.cancel, [details]);
  const lastChange = events.findLast(({ type }) => !quiet.has(type))?.seq ?? 0;
  // What changes while they are first read does not have them read once more.
  const known = useRunDetails(runId).data?.run.lastSeq ?? 0;
  useEffect(() => {
    if (lastChange > known) details.call();
  }, [details, lastChange, known]);
}

/** Run, steps, artifacts and notifications, as last read. */
export function useRunDetails(runId: string): QueryOf<RunDetails> {
  return trpc.runs.get.useQuery({ runId });
}

/** The run as it is now: what the feed said last, or what was read last, whichever knows more. */
export function useRun(runId: string): Run | null {
  const { data } = useRunDetails(runId);
  const { run } = useFollowedRun(runId);
  return newerRun(data?.run, run);
}
