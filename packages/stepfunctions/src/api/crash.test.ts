import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openOn, type StepFunctions } from "../open.js";
import { VirtualClock } from "../shell/clock.js";
import { openStore } from "../store/open-store.js";
import type { Store, Write } from "../store/store.js";
import { definitionOf } from "./testing/bench.js";

/** Nothing reaches the disk after the write that a test names: the process was killed then. */
class Killed implements Store {
  private dead = false;
  range: Store["range"];
  get: Store["get"];

  constructor(
    private readonly store: Store,
    private readonly isLast: (write: Write) => boolean,
  ) {
    this.range = store.range.bind(store);
    this.get = store.get.bind(store);
  }

  write(writes: Write[]): Promise<void> {
    if (this.dead) return new Promise(() => {});
    this.dead = writes.some(this.isLast);
    return this.store.write(writes);
  }

  flushed(): Promise<void> {
    return this.store.flushed();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

const clock = new VirtualClock();
const options = {
  clock,
  region: "us-east-1",
  accountId: "000000000000",
  lambda: async ({ payload }: { payload: string }) => ({ statusCode: 200, executedVersion: "1", payload }),
};

async function machine(engine: StepFunctions, name: string, states: Record<string, object>): Promise<string> {
  const request = { name, definition: definitionOf(states), roleArn: "arn:aws:iam::000000000000:role/role" };
  return ((await engine.handle("CreateStateMachine", request)) as { stateMachineArn: string })
    .stateMachineArn;
}

test.each([
  {
    after: "the execution that waited for it",
    isLast: (write: Write) =>
      write.table === "executions" && !("remove" in write) && write.value.status === "ABORTED",
    end: (engine: StepFunctions, parent: object) => engine.handle("StopExecution", parent),
    children: { bound: "ABORTED", free: "RUNNING" },
  },
  {
    after: "the task that waited for it, which timed out in an execution that goes on",
    isLast: (write: Write) =>
      write.table === "log" && !("remove" in write) && write.value.includes("TaskTimedOut"),
    end: () => clock.advance(10_000),
    children: { bound: "ABORTED", free: "RUNNING", again: "RUNNING" },
  },
])(
  "an execution that a killed process did not stop after $after is stopped at the next opening",
  async ({ isLast, end, children }) => {
    const folder = mkdtempSync(join(tmpdir(), "crash-"));
    const disk = new Killed(await openStore(folder), isLast);
    const killed = openOn(disk, options);
    const sleep = { Type: "Wait", Seconds: 60, End: true };
    const sleeper = await machine(killed, "sleeper", { Sleep: sleep });
    const call = (pattern: string, Name: string) => ({
      Type: "Task",
      Resource: `arn:aws:states:::states:startExecution${pattern}`,
      Arguments: { StateMachineArn: sleeper, Name, Input: {} },
    });
    const stateMachineArn = await machine(killed, "parent", {
      Free: { ...call("", "free"), Next: "Call" },
      Call: {
        ...call(".sync:2", "bound"),
        TimeoutSeconds: 10,
        Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Again" }],
        End: true,
      },
      Again: { ...call(".sync:2", "again"), End: true },
    });
    const parent = (await killed.handle("StartExecution", { stateMachineArn, name: "one" })) as {
      executionArn: string;
    };
    await clock.rest();
    await end(killed, parent);
    await disk.close();
    const engine = openOn(await openStore(folder), options);
    await clock.advance(0);
    const status = async (name: string): Promise<unknown> => {
      const executionArn = `${sleeper.replace(":stateMachine:", ":execution:")}:${name}`;
      return ((await engine.handle("DescribeExecution", { executionArn })) as { status: string }).status;
    };
    for (const [name, expected] of Object.entries(children)) expect(await status(name)).toBe(expected);
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  },
);
