import { existsSync, readFileSync } from "node:fs";
import { openStepFunctions } from "@longhaul/stepfunctions";
import { accountId, Ends, lambda, region, roleArn } from "../subjects/longhaul.js";

export interface SleepInput {
  directory: string;
  sleepers: number;
}
export interface SleepFigures extends Memory {
  /** Executions started and put to sleep a second. */
  rate: number;
}
export interface WakeFigures extends Memory {
  /** From the call that opens the engine until it has resolved, in ms. */
  open: number;
  /** From then until one that was due had ended. */
  due: number;
}
/** Resident memory in MB, and the part of it that is not pages of the data file. */
interface Memory {
  resident: number;
  anonymous: number | null;
}

const definition = JSON.stringify({
  StartAt: "Sleep",
  States: {
    Sleep: { Type: "Wait", TimestampPath: "$.until", Next: "Done" },
    Done: { Type: "Succeed" },
  },
});

const openOn = (dataDir: string, ends: Ends) =>
  openStepFunctions({ dataDir, region, accountId, lambda, onStatusChange: ends.onStatusChange });

/** Starts the sleepers, and one that wakes while the process is dead; is killed after it has answered. */
export async function fallAsleep({ directory, sleepers }: SleepInput): Promise<SleepFigures> {
  const engine = await openOn(directory, new Ends());
  const machine = (await engine.handle("CreateStateMachine", { name: "sleep", definition, roleArn })) as {
    stateMachineArn: string;
  };
  const start = (name: string, ms: number): Promise<unknown> => {
    const input = JSON.stringify({ until: new Date(Date.now() + ms).toISOString() });
    return engine.handle("StartExecution", { ...machine, name, input });
  };
  let next = 0;
  const began = performance.now();
  const starter = async (): Promise<void> => {
    while (next < sleepers) await start(`sleeper-${next++}`, 86_400_000);
  };
  await Promise.all(Array.from({ length: 200 }, starter));
  const rate = (sleepers / (performance.now() - began)) * 1000;
  await start("due", 1000);
  return { rate, ...memory() };
}

/** Opens the engine again on what the killed process left, and waits for the one that was due. */
export async function wake({ directory, sleepers }: SleepInput): Promise<WakeFigures> {
  const ends = new Ends();
  const due = ends.of("due");
  const began = performance.now();
  const engine = await openOn(directory, ends);
  const opened = performance.now();
  await due;
  const ended = performance.now();
  const found = memory();
  await engine.handle("DescribeExecution", {
    executionArn: `arn:aws:states:${region}:${accountId}:execution:sleep:sleeper-${sleepers - 1}`,
  });
  return { open: opened - began, due: ended - opened, ...found };
}

function memory(): Memory {
  globalThis.gc?.();
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  const anonymous = /RssAnon:\s+(\d+) kB/.exec(status)?.[1];
  return {
    resident: process.memoryUsage.rss() / 1024 ** 2,
    anonymous: anonymous === undefined ? null : Number(anonymous) / 1024,
  };
}
