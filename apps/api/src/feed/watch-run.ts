import { tracked, type TrackedEnvelope } from "@trpc/server";
import type { Run, RunEvent } from "@longhaul/kit";
import { ApiError } from "../errors.js";
import type { RunText } from "./text.js";
import { createReader } from "./reader.js";
import { type MemberContext, watching } from "./watching.js";

/** A run as it is now, and its events since the last message, oldest first and without a gap. */
export interface RunUpdate {
  run: Run;
  events: RunEvent[];
  /** What steps have just written of texts that are not in the log; who was not there has missed it. */
  text?: RunText[] | undefined;
}

export interface WatchRunOptions {
  runId: string;
  /** The number of the last event that the watcher has. */
  after: number;
  signal: AbortSignal | undefined;
  /** Only runs of this workflow, where given. */
  workflow?: string;
}

/**
 * Follows a run from event `after` until its end. The watcher is put on the list first and reads the
 * database after that, so that nothing can happen between the two. Each message carries the number to
 * resume from; the first one always comes, even without events.
 *
 * @throws ApiError RUN_NOT_FOUND, INPUT_INVALID (an `after` that the run has not reached), NOT_A_MEMBER,
 * TOKEN_EXPIRED, TOO_MANY_WATCHES
 */
export async function* watchRun(
  context: MemberContext,
  { runId, after, signal, workflow }: WatchRunOptions,
): AsyncGenerator<TrackedEnvelope<RunUpdate>> {
  const { feed, db } = context.services;
  const reader = createReader(db, context.caller);
  using watch = watching(context, reader, signal);
  const { watcher } = watch;
  const channel = feed.joinRun(watcher, runId);
  try {
    const first = await reader.changes(runId, after);
    if (!first || (workflow && first.run.workflow !== workflow)) throw new ApiError("RUN_NOT_FOUND");
    if (after > first.run.lastSeq) {
      throw new ApiError("INPUT_INVALID", { message: `This run has no event ${after} yet.` });
    }
    channel.learn(first.run);
    yield message(first, after);
    let cursor = first.events.at(-1)?.seq ?? after;
    while (!watcher.signal.aborted) {
      if (watcher.ended) throw watcher.ended;
      if (cursor < channel.head) {
        const changes = channel.since(cursor) ?? (await reader.changes(runId, cursor));
        if (!changes) throw new ApiError("RUN_NOT_FOUND");
        if (changes.events.length > 0) yield message(changes, cursor);
        cursor = changes.events.at(-1)?.seq ?? channel.head;
      } else if (channel.isOver(cursor)) {
        return;
      } else {
        await watcher.wait();
      }
    }
  } finally {
    feed.leaveRun(watcher, channel);
  }
}

function message(update: RunUpdate, cursor: number): TrackedEnvelope<RunUpdate> {
  return tracked(String(update.events.at(-1)?.seq ?? cursor), update);
}
