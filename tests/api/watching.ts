import type { RunListUpdate, RunText, RunUpdate } from "@longhaul/api";
import type { Run, RunEvent } from "@longhaul/kit";
import type { Client } from "./clients.js";

/** What a page that watches a run has seen. */
export interface Watch {
  readonly events: RunEvent[];
  readonly updates: RunUpdate[];
  readonly texts: RunText[];
  /** Resolves once the feed has said all it will say; rejects with its error. */
  readonly done: Promise<void>;
  /** Until an event with this number, or beyond it, has come. */
  reaches(seq: number): Promise<void>;
  /** Until the first message has come. */
  readonly open: Promise<void>;
  stop(): void;
}

/** Watches a run as the dashboard does. */
export function watch(client: Client, runId: string, lastEventId?: number): Watch {
  const events: RunEvent[] = [];
  const updates: RunUpdate[] = [];
  const texts: RunText[] = [];
  const waiting = new Set<() => void>();
  let stop = () => {};
  const done = new Promise<void>((resolve, reject) => {
    const subscription = client.runs.watch.subscribe(
      { runId, lastEventId },
      {
        onData({ data }) {
          if ("text" in data) {
            texts.push(...data.text);
            return;
          }
          updates.push(data);
          events.push(...data.events);
          for (const look of waiting) look();
        },
        onComplete: resolve,
        onError: reject,
      },
    );
    stop = () => subscription.unsubscribe();
  });
  done.catch(() => {});
  const until = (condition: () => boolean) =>
    Promise.race([
      done.then(() => {
        if (!condition()) throw new Error("the feed ended before");
      }),
      new Promise<void>((resolve) => {
        const look = () => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    ]);
  const open = until(() => updates.length > 0);
  open.catch(() => {});
  return {
    events,
    updates,
    texts,
    done,
    stop: () => stop(),
    open,
    reaches: (seq) => until(() => (events.at(-1)?.seq ?? 0) >= seq),
  };
}

/** [1, 2, ... last]: what a log without gap and double looks like. */
export function numbersTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** What a page that shows a list has seen: the list as it is now. */
export function watchList(
  client: Client,
  filter: Parameters<Client["runs"]["watchList"]["subscribe"]>[0] = {},
) {
  const messages: RunListUpdate[] = [];
  const runs = new Map<string, Run>();
  const waiting = new Set<() => void>();
  let stop = () => {};
  const done = new Promise<void>((resolve, reject) => {
    const subscription = client.runs.watchList.subscribe(filter, {
      onData(update) {
        messages.push(update);
        for (const run of update.runs) runs.set(run.id, run);
        for (const look of waiting) look();
      },
      onComplete: resolve,
      onError: reject,
    });
    stop = () => subscription.unsubscribe();
  });
  done.catch(() => {});
  const shown = () => (messages.at(-1)?.ids ?? []).map((id) => runs.get(id)!);
  return {
    messages,
    done,
    shown,
    stop: () => stop(),
    /** Until the list is as `condition` wants it. */
    shows: (condition: (list: Run[]) => boolean) =>
      Promise.race([
        done,
        new Promise<void>((resolve) => {
          const look = () => {
            if (messages.length === 0 || !condition(shown())) return;
            waiting.delete(look);
            resolve();
          };
          waiting.add(look);
          look();
        }),
      ]),
  };
}
