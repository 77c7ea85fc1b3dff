import { isFinal, type Run, type RunEvent } from "@longhaul/kit";
import type { QueryClient } from "@tanstack/react-query";
import type { TRPCClient } from "@trpc/client";
import type { LiveSource } from "../../lib/live/open-live.js";
import type { AppRouter } from "../../lib/trpc.js";
import { addUpdate, emptyLog, lastSeq, type RunLog } from "./run-log.js";

interface Update {
  run: Run;
  events: RunEvent[];
}

/** A burst of messages is drawn once. */
const drawMs = 100;

export const runLogKey = (runId: string) => ["run-log", runId] as const;

interface Options {
  client: TRPCClient<AppRouter>;
  queries: QueryClient;
  runId: string;
  /** Steps, artifacts or notifications may have changed. */
  onDetailsChanged: () => void;
}

const quiet = new Set<RunEvent["type"]>(["step.progress", "step.log"]);

/** Follows one run into the query cache; resumes after the last event that is there. */
export function createRunSource({ client, queries, runId, onDetailsChanged }: Options): LiveSource {
  const key = runLogKey(runId);
  let log: RunLog = queries.getQueryData<RunLog>(key) ?? emptyLog;
  let drawing: ReturnType<typeof setTimeout> | undefined;

  function receive(update: Update): void {
    const before = lastSeq(log);
    log = addUpdate(log, update);
    drawing ??= setTimeout(() => {
      drawing = undefined;
      queries.setQueryData(key, log);
    }, drawMs);
    if (update.events.some((event) => event.seq > before && !quiet.has(event.type))) onDetailsChanged();
  }

  return {
    open(on) {
      return client.runs.watch.subscribe(
        { runId, lastEventId: lastSeq(log) },
        {
          onStarted: () => on.reached(),
          onData: (message) => {
            receive(message.data);
            on.reached();
          },
          onError: (error) => on.failed(error),
          onConnectionStateChange: (state) => state.error && on.interrupted(state.error),
          onComplete: () => (isOver() ? on.ended() : on.failed(new Error("The feed ended before the run."))),
        },
      );
    },
    async poll() {
      let update: Update;
      do {
        update = await client.runs.events.query({ runId, after: lastSeq(log) });
        receive(update);
      } while (update.events.length > 0 && lastSeq(log) < update.run.lastSeq);
      return isOver();
    },
  };

  function isOver(): boolean {
    return log.run !== null && isFinal(log.run.status) && lastSeq(log) >= log.run.lastSeq;
  }
}
