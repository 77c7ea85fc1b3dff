import { setTimeout as sleep } from "node:timers/promises";
import { isLasting, type Longhaul, LonghaulError } from "@longhaul/client";

/** A run of the drill, as its starter and its subscriber know it. */
export interface Entry {
  readonly n: number;
  readonly kind: string;
  readonly key: string;
  runId: string | null;
  /** Numbers and types of the events that the subscriber was given, as they came. */
  readonly heard: { seq: number; type: string }[];
  /** Whether the subscription has ended by itself, as it does after a run's last event. */
  complete: boolean;
}

const pauseMs = 200;

/** Starts a run: again with the same key, until somebody says that it is stored. */
export async function startRun(
  client: Longhaul,
  entry: Entry,
  input: object,
  violations: string[],
  signal: AbortSignal,
): Promise<void> {
  const workflow = (client.workflows as unknown as Record<string, { start: Starter }>)[entry.kind];
  while (!signal.aborted) {
    try {
      const { runId } = (await workflow?.start(input, { idempotencyKey: entry.key, signal })) ?? {
        runId: null,
      };
      entry.runId = runId;
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (refuses(error)) {
        violations.push(`run ${entry.n} was not started: ${String(error)}`);
        return;
      }
      await sleep(pauseMs);
    }
  }
}

type Starter = (
  input: object,
  options: { idempotencyKey: string; signal: AbortSignal },
) => Promise<{ runId: string }>;

/** Follows a run to its end as a script does, and takes up what breaks off. */
export async function followRun(
  client: Longhaul,
  entry: Entry,
  violations: string[],
  signal: AbortSignal,
): Promise<void> {
  const { runId, heard } = entry;
  if (runId === null) return;
  while (!signal.aborted) {
    try {
      const after = heard.at(-1)?.seq ?? 0;
      for await (const { events } of client.runs.watch(runId, { after, signal })) {
        heard.push(...events.map(({ seq, type }) => ({ seq, type })));
      }
      entry.complete = true;
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (refuses(error)) {
        violations.push(`the subscription to run ${entry.n} was refused: ${String(error)}`);
        return;
      }
      await sleep(pauseMs);
    }
  }
}

/** What an API answers that is there; one that cannot ask for the keys of tokens is not quite. */
const refuses = (error: unknown): boolean =>
  error instanceof LonghaulError ? isLasting(error.cause) && error.code !== "KEYS_UNAVAILABLE" : true;
