import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { drill } from "./drill.js";
import { faultsOf, type HistoryEvent } from "./soundness.js";

// A dozen processes start one after the other, and executions sleep for seconds.
vi.setConfig({ testTimeout: 180_000 });

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "kill-drill-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

// The long form: pnpm --filter @longhaul/tests run kill-drill
test("killed 10 times under 100 executions of every kind, the engine keeps all that it acknowledged", async () => {
  const seed = Date.now() % 1_000_000;
  const script = fileURLToPath(new URL("./engine.mjs", import.meta.url));
  const options = { seed, rounds: 10, executions: 100, script, dataDir, patience: 120_000 };
  const { faults, acknowledged } = await drill(options);
  expect({ seed, faults, acknowledged }).toEqual({ seed, faults: [], acknowledged: 100 });
});

const sound: HistoryEvent[] = [
  { id: 1, previousEventId: 0, timestamp: 1, type: "ExecutionStarted" },
  {
    id: 2,
    previousEventId: 0,
    timestamp: 1,
    type: "TaskStateEntered",
    stateEnteredEventDetails: { name: "A" },
  },
  { id: 3, previousEventId: 2, timestamp: 1, type: "TaskScheduled" },
  { id: 4, previousEventId: 3, timestamp: 1, type: "TaskStarted" },
  { id: 5, previousEventId: 4, timestamp: 2, type: "TaskSucceeded" },
  {
    id: 6,
    previousEventId: 5,
    timestamp: 2,
    type: "TaskStateExited",
    stateExitedEventDetails: { name: "A" },
  },
  { id: 7, previousEventId: 6, timestamp: 2, type: "ExecutionSucceeded" },
];

/** The sound history with one event changed, repeated or left out; ids stay without a gap unless the change is to them. */
const broken: [string, HistoryEvent[]][] = [
  ["a gap in the ids", sound.map((event) => (event.id === 7 ? { ...event, id: 8 } : event))],
  [
    "an event that follows itself",
    sound.map((event) => (event.id === 4 ? { ...event, previousEventId: 4 } : event)),
  ],
  ["an end in the middle", [...sound, { id: 8, previousEventId: 7, timestamp: 2, type: "ExecutionFailed" }]],
  ["no end", sound.slice(0, 6)],
  ["a state that is not left", renumbered(sound.filter(({ id }) => id !== 6))],
  [
    "a task with two outcomes",
    renumbered(sound.flatMap((event) => (event.id === 5 ? [event, event] : [event]))),
  ],
  ["a task with none", renumbered(sound.filter(({ id }) => id !== 5))],
  ["time that runs backwards", sound.map((event) => (event.id === 6 ? { ...event, timestamp: 1 } : event))],
];

function renumbered(events: HistoryEvent[]): HistoryEvent[] {
  return events.map((event, index) => ({
    ...event,
    id: index + 1,
    previousEventId: Math.min(event.previousEventId, index),
  }));
}

test("the drill finds nothing wrong with a sound history", () => expect(faultsOf(sound, true)).toEqual([]));

test.each(broken)("the drill finds %s", (_, events) => expect(faultsOf(events, true)).not.toEqual([]));
