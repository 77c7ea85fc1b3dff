import type { Run } from "@longhaul/kit";
import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useLive } from "../../lib/live/use-live.js";
import { throttle } from "../../lib/throttle.js";
import { type Outputs, type QueryOf, trpc } from "../../lib/trpc.js";
import { createRunSource, runLogKey } from "./run-source.js";
import { emptyLog, newerRun, type RunLog } from "./run-log.js";

export type RunDetails = Outputs["runs"]["get"];

const detailsMs = 700;

/** Keeps the cache of this run current while the page is open. */
export function useFollowRun(runId: string): void {
  const utils = trpc.useUtils();
  const queries = useQueryClient();
  const details = useMemo(
    () => throttle(() => void utils.runs.get.invalidate({ runId }), detailsMs),
    [utils, runId],
  );
  useEffect(() => details.cancel, [details]);
  const source = useMemo(
    () => createRunSource({ client: utils.client, queries, runId, onDetailsChanged: details.call }),
    [utils, queries, runId, details],
  );
  useLive(source);
}

/** Run, steps, artifacts and notifications, as last read. */
export function useRunDetails(runId: string): QueryOf<RunDetails> {
  return trpc.runs.get.useQuery({ runId });
}

export function useRunLog(runId: string): RunLog {
  const { data } = useQuery<RunLog>({
    queryKey: runLogKey(runId),
    queryFn: skipToken,
    staleTime: Infinity,
    structuralSharing: false,
  });
  return data ?? emptyLog;
}

/** The run as it is now: what the feed said last, or what was read last, whichever knows more. */
export function useRun(runId: string): Run | null {
  const { data } = useRunDetails(runId);
  const log = useRunLog(runId);
  return newerRun(data?.run, log.run);
}
