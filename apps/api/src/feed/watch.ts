import type { RunFilter } from "../routers/run-filter.js";
import type { OpenApprovals } from "./approvals-view.js";
import { LiveStream } from "./live-stream.js";
import type { RunMessage } from "./message.js";
import type { RunListUpdate } from "./run-list-view.js";
import { type WatchContext, viewerOf } from "./viewer.js";

/**
 * Follows a run from event `lastEventId` until its end. Each message carries the number to resume from; the first
 * one always comes, even without events.
 *
 * @throws ApiError RUN_NOT_FOUND, INPUT_INVALID (a number that the run has not reached), NOT_A_MEMBER,
 * TOKEN_EXPIRED, TOO_MANY_WATCHES
 */
export function watchRun(
  context: WatchContext,
  { runId, lastEventId, workflow }: { runId: string; lastEventId: number; workflow?: string },
  signal: AbortSignal | undefined,
): LiveStream<RunMessage> {
  const { feed } = context.services;
  const open = () => feed.viewRun(viewerOf(context), { runId, after: lastEventId, workflow });
  return new LiveStream(open, signal);
}

/**
 * Follows the first page of a list for as long as it is watched.
 *
 * @throws ApiError NOT_A_MEMBER, TOKEN_EXPIRED, TOO_MANY_WATCHES
 */
export function watchList(
  context: WatchContext,
  filter: RunFilter,
  signal: AbortSignal | undefined,
): LiveStream<RunListUpdate> {
  const { feed } = context.services;
  return new LiveStream(() => feed.viewList(viewerOf(context), filter), signal);
}

/**
 * Follows the open approvals of the organisation for as long as they are watched.
 *
 * @throws ApiError NOT_A_MEMBER, TOKEN_EXPIRED, TOO_MANY_WATCHES
 */
export function watchApprovals(
  context: WatchContext,
  signal: AbortSignal | undefined,
): LiveStream<OpenApprovals> {
  const { feed } = context.services;
  return new LiveStream(() => feed.viewApprovals(viewerOf(context)), signal);
}
