import type { AppRouter, RunMessage } from "@longhaul/api";
import { isFinal, type Run } from "@longhaul/kit";
import type { TRPCClient } from "@trpc/client";
import type { RunUpdate } from "../types.js";
import type { LiveSource } from "./open-live.js";

export interface RunSourceOptions {
  client: TRPCClient<AppRouter>;
  runId: string;
  /** The number of the last event that is known already; 0 for none. */
  after: number;
  /** Called with each message; its events follow without gap or double on those of the messages before. */
  receive(update: RunUpdate): void;
}

/** Follows one run from an event on, until it has ended. */
export function createRunSource({ client, runId, after, receive }: RunSourceOptions): LiveSource {
  let seq = after;
  let over = false;
  let silent = true;
  let run: Run | null = null;

  function take(message: RunMessage): void {
    if ("text" in message) {
      // Texts come without the run, which is as it was.
      if (run) receive({ run, events: [], text: message.text });
      return;
    }
    const events = message.events.filter((event) => event.seq > seq);
    if (events.some((event, index) => event.seq !== seq + 1 + index)) {
      throw new Error("The feed left something out.");
    }
    seq += events.length;
    const now = message.run;
    run = now;
    over = isFinal(now.status) && seq >= now.lastSeq;
    // Each connection begins with a message, also when there is nothing new; only the first such one says anything.
    if (events.length === 0 && !silent) return;
    silent = false;
    receive({ run: now, events });
  }

  return {
    open: (on) =>
      client.runs.watch.subscribe(
        { runId, lastEventId: seq },
        {
          onStarted: () => on.reached(),
          onData(message) {
            try {
              take(message.data);
            } catch (error) {
              return on.failed(error);
            }
            on.told();
          },
          onError: (error) => on.failed(error),
          onConnectionStateChange: (state) => state.error && on.interrupted(state.error),
          onComplete: () => (over ? on.ended() : on.failed(new Error("The feed ended before the run."))),
        },
      ),
    async poll() {
      let update: RunUpdate;
      do {
        update = await client.runs.events.query({ runId, after: seq });
        take(update);
      } while (update.events.length > 0 && seq < update.run.lastSeq);
      return over;
    },
  };
}
