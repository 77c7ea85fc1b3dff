import { EventEmitter, once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open as openLmdb } from "lmdb";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type EngineOptions, openOn, openStepFunctions, type StepFunctions } from "./open.js";
import type { LambdaInvoker, StatusChangeEvent } from "./ports.js";
import { VirtualClock } from "./shell/clock.js";
import {
  DataDirectoryDamagedError,
  DataDirectoryFormatError,
  DataDirectoryInUseError,
} from "./store/errors.js";
import { encode } from "./store/codec.js";
import { openStore } from "./store/open-store.js";
import type { Store, Write } from "./store/store.js";

// Each engine here has a store of its own on disk, which syncs what it writes.
vi.setConfig({ testTimeout: 30_000 });

const folders: string[] = [];
const engines: StepFunctions[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "stepfunctions-"));
  folders.push(made);
  return made;
}

const echo: LambdaInvoker = async ({ payload }) => ({ statusCode: 200, executedVersion: "1", payload });
const base = { region: "us-east-1", accountId: "000000000000", lambda: echo };

async function open(dataDir: string, options: Partial<EngineOptions> = {}): Promise<StepFunctions> {
  const engine = await openStepFunctions({ ...base, ...options, dataDir });
  engines.push(engine);
  return engine;
}

async function machine(
  engine: StepFunctions,
  States: Record<string, object>,
  rest: object = {},
): Promise<string> {
  const definition = JSON.stringify({
    QueryLanguage: "JSONata",
    StartAt: Object.keys(States)[0],
    States,
    ...rest,
  });
  const request = { name: "machine", definition, roleArn: "arn:aws:iam::000000000000:role/role" };
  return ((await engine.handle("CreateStateMachine", request)) as { stateMachineArn: string })
    .stateMachineArn;
}

async function start(engine: StepFunctions, stateMachineArn: string, name: string): Promise<string> {
  const started = await engine.handle("StartExecution", { stateMachineArn, name });
  return (started as { executionArn: string }).executionArn;
}

function describeOf(engine: StepFunctions, executionArn: string) {
  return engine.handle("DescribeExecution", { executionArn }) as Promise<Record<string, unknown>>;
}

const asleep = { Sleep: { Type: "Wait", Seconds: 3600, Next: "Done" }, Done: { Type: "Succeed" } };
const task = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: "work" },
  End: true,
};

/** A disk that loses power: what was not synced is gone, and whoever waited for it waits for ever. */
class Disk implements Store {
  private unsynced: { writes: Write[]; done: () => void }[] = [];

  constructor(private readonly inner: Store) {}

  write(writes: Write[]): Promise<void> {
    return new Promise((done) => this.unsynced.push({ writes, done }));
  }

  async sync(count = this.unsynced.length): Promise<void> {
    for (const { writes, done } of this.unsynced.splice(0, count)) {
      await this.inner.write(writes);
      done();
    }
  }

  powerCut(): void {
    this.unsynced = [];
  }

  get pending(): number {
    return this.unsynced.length;
  }

  flushed = () => Promise.resolve();
  get: Store["get"] = (table, key) => this.inner.get(table, key);
  range: Store["range"] = (table, range) => this.inner.range(table, range);
  close = () => this.inner.close();
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
};

describe("nothing is said or done before it is on disk", () => {
  test("what was acknowledged outlives a power cut, and what was not had been neither said nor done", async () => {
    const inner = await openStore(folder());
    const disk = new Disk(inner);
    const invoked: string[] = [];
    const told: string[] = [];
    const engine = openOn(disk, {
      ...base,
      lambda: (call) => {
        invoked.push(call.executionArn);
        return new Promise(() => {});
      },
      onStatusChange: async ({ executionArn }) => void told.push(executionArn),
    });
    const creating = machine(engine, { Work: task });
    await turns();
    await disk.sync();
    const arn = await creating;
    const acknowledged: string[] = [];
    for (let number = 0; number < 12; number += 1)
      void start(engine, arn, `run-${number}`).then((executionArn) => acknowledged.push(executionArn));
    await turns();
    expect([acknowledged, invoked, told]).toEqual([[], [], []]);
    expect(disk.pending).toBe(12);
    await disk.sync(5);
    await turns();
    expect(acknowledged).toHaveLength(5);
    expect(new Set(invoked)).toEqual(new Set(acknowledged));
    expect(new Set(told)).toEqual(new Set(acknowledged));
    disk.powerCut();

    const again = openOn(inner, base);
    engines.push(again);
    const listed = (await again.handle("ListExecutions", { stateMachineArn: arn })) as {
      executions: { executionArn: string }[];
    };
    expect(new Set(listed.executions.map(({ executionArn }) => executionArn))).toEqual(new Set(acknowledged));
  });

  test("a callback that was acknowledged counts after a power cut, and one that was not may be sent again", async () => {
    const inner = await openStore(folder());
    const disk = new Disk(inner);
    const tokens: string[] = [];
    const ask = async ({ taskToken = "" }: { taskToken?: string }) => void tokens.push(taskToken);
    const services = { "sqs:sendMessage": ask };
    const engine = openOn(disk, { ...base, services });
    const settle = async (): Promise<void> => {
      await turns();
      await disk.sync();
      await turns();
    };
    const Ask = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", End: true };
    const Arguments = { QueueUrl: "queue", MessageBody: "{% $states.context.Task.Token %}" };
    const creating = machine(engine, { Ask: { ...Ask, Arguments } });
    await settle();
    const arn = await creating;
    for (const name of ["one", "two"]) void start(engine, arn, name);
    await settle();
    await settle();
    const [first = "", second = ""] = tokens;
    const acknowledged: string[] = [];
    const send = (taskToken: string, output: string): void =>
      void engine.handle("SendTaskSuccess", { taskToken, output }).then(() => acknowledged.push(output));
    send(first, "1");
    await settle();
    send(second, "2");
    await turns();
    expect(acknowledged).toEqual(["1"]);
    disk.powerCut();

    const again = openOn(inner, { ...base, services });
    engines.push(again);
    await again.handle("SendTaskSuccess", { taskToken: second, output: "3" });
    await expect(again.handle("SendTaskSuccess", { taskToken: first, output: "3" })).rejects.toThrow("Task");
    const outputs = ["one", "two"].map((name) =>
      describeOf(again, `${arn.replace(":stateMachine:", ":execution:")}:${name}`),
    );
    expect(await Promise.all(outputs)).toMatchObject([{ output: "1" }, { output: "3" }]);
  });

  test("a write that fails is no answer, and nothing goes on from it", async () => {
    const inner = await openStore(folder());
    let full = false;
    const failing: Store = {
      get: (table, key) => inner.get(table, key),
      range: (table, range) => inner.range(table, range),
      close: () => inner.close(),
      flushed: () => inner.flushed(),
      write: (writes) => (full ? Promise.reject(new Error("no space left")) : inner.write(writes)),
    };
    const engine = openOn(failing, base);
    engines.push(engine);
    const arn = await machine(engine, { Work: task });
    full = true;
    await expect(start(engine, arn, "one")).rejects.toThrow("no space left");
    full = false;
    await expect(start(engine, arn, "two")).rejects.toThrow("no space left");
  });
});

describe("after a restart", () => {
  test("a wait ends at the moment it would have ended", async () => {
    const dataDir = folder();
    const clock = new VirtualClock();
    const first = await open(dataDir, { clock });
    const executionArn = await start(first, await machine(first, asleep), "one");
    await first.close();
    await clock.advance(1_800_000);
    const second = await open(dataDir, { clock });
    await clock.advance(1_799_999);
    expect(await describeOf(second, executionArn)).toMatchObject({ status: "RUNNING" });
    await clock.advance(1);
    expect(await describeOf(second, executionArn)).toMatchObject({ status: "SUCCEEDED" });
  });

  test("what fell due meanwhile happens at once, and the execution's own timeout counts from its start", async () => {
    const dataDir = folder();
    const clock = new VirtualClock();
    const first = await open(dataDir, { clock });
    const executionArn = await start(first, await machine(first, asleep, { TimeoutSeconds: 60 }), "one");
    await first.close();
    await clock.advance(7_200_000);
    const second = await open(dataDir, { clock });
    await clock.advance(0);
    expect(await describeOf(second, executionArn)).toMatchObject({ status: "TIMED_OUT" });
  });

  test("a task that was out is delivered again, with the same payload", async () => {
    const dataDir = folder();
    const payloads: string[] = [];
    const hung: LambdaInvoker = ({ payload }) => {
      payloads.push(payload);
      return new Promise(() => {});
    };
    const first = await open(dataDir, { lambda: hung });
    const Arguments = { FunctionName: "work", Payload: { token: "{% $uuid() %}" } };
    const executionArn = await start(first, await machine(first, { Work: { ...task, Arguments } }), "one");
    await first.close();
    let tell = (): void => {};
    const end = new Promise<void>((resolve) => (tell = resolve));
    const second = await open(dataDir, {
      lambda: (call) => {
        payloads.push(call.payload);
        return echo(call);
      },
      onStatusChange: async ({ status }) => {
        if (status === "SUCCEEDED") tell();
      },
    });
    await end;
    expect(payloads).toHaveLength(2);
    expect(payloads[1]).toBe(payloads[0]);
    expect(JSON.parse((await describeOf(second, executionArn)).output as string)).toMatchObject({
      Payload: JSON.parse(payloads[0] as string) as object,
    });
  });

  test("a status change that had not been told is told", async () => {
    const dataDir = folder();
    const clock = new VirtualClock();
    const first = await open(dataDir, { clock, onStatusChange: () => new Promise(() => {}) });
    await start(first, await machine(first, { Done: { Type: "Succeed" } }), "one");
    await first.close();
    const told: StatusChangeEvent[] = [];
    let failures = 2;
    const all = new Promise<void>((resolve) => {
      const onStatusChange = async (event: StatusChangeEvent): Promise<void> => {
        if (failures-- > 0) throw new Error("not now");
        told.push(event);
        if (told.length === 2) resolve();
      };
      void open(dataDir, { clock, onStatusChange }).then(async () => {
        for (let tries = 0; tries < 5; tries += 1) {
          await turns();
          await clock.advance(1_000);
        }
      });
    });
    await all;
    expect(told.map(({ status }) => status)).toEqual(["RUNNING", "SUCCEEDED"]);
    expect(told[1]).toMatchObject({
      name: "one",
      input: "{}",
      output: "{}",
      error: null,
      outputDetails: { included: true },
    });
  });
});

describe("functions", () => {
  test("are told when their state times out, and not when their execution is stopped", async () => {
    const clock = new VirtualClock();
    const signals: AbortSignal[] = [];
    const engine = await open(folder(), {
      clock,
      lambda: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    const arn = await machine(engine, { Work: { ...task, TimeoutSeconds: 5 } });
    const stopped = await start(engine, arn, "stopped");
    await engine.handle("StopExecution", { executionArn: stopped });
    const timed = await start(engine, arn, "timed");
    await clock.advance(5_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(await describeOf(engine, timed)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  });

  test("that are called by an invoker which tells no more than their payload leave a history", async () => {
    const clock = new VirtualClock();
    const lambda = (async ({ payload }) => ({ payload })) as LambdaInvoker;
    const engine = await open(folder(), { clock, lambda });
    const executionArn = await start(engine, await machine(engine, { Work: task }), "one");
    await clock.advance(0);
    expect(await describeOf(engine, executionArn)).toMatchObject({ status: "SUCCEEDED" });
    const { events } = (await engine.handle("GetExecutionHistory", { executionArn })) as { events: object[] };
    expect(events.at(-1)).toMatchObject({ type: "ExecutionSucceeded" });
  });

  test("that break off without an answer are reported as an SDK error", async () => {
    const ends = new EventEmitter();
    const ended = once(ends, "FAILED");
    const lambda: LambdaInvoker = () => Promise.reject(new Error("the socket closed"));
    const onStatusChange = async ({ status }: StatusChangeEvent) => void ends.emit(status);
    const engine = await open(folder(), { lambda, onStatusChange });
    const executionArn = await start(engine, await machine(engine, { Work: task }), "one");
    await ended;
    const described = await describeOf(engine, executionArn);
    expect(described).toMatchObject({ status: "FAILED", error: "Lambda.SdkClientException" });
  });
});

describe("a data folder", () => {
  test("that is open already is refused", async () => {
    const dataDir = folder();
    await open(dataDir);
    await expect(openStepFunctions({ ...base, dataDir })).rejects.toThrow(DataDirectoryInUseError);
  });

  test.skipIf(process.platform === "win32")("is closed to other users of the machine", async () => {
    const dataDir = join(folder(), "stepfunctions");
    await open(dataDir);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  test("can be opened again once it is closed", async () => {
    const dataDir = folder();
    await (await open(dataDir)).close();
    await expect(open(dataDir)).resolves.toBeDefined();
  });

  test("that holds something else, or only a part, is refused and left as it is", async () => {
    const alien = folder();
    writeFileSync(join(alien, "data.mdb"), "this is not a database ".repeat(2_000));
    const before = readFileSync(join(alien, "data.mdb"));
    await expect(open(alien)).rejects.toThrow(DataDirectoryDamagedError);
    expect(readFileSync(join(alien, "data.mdb")).equals(before)).toBe(true);

    const cut = folder();
    const engine = await open(cut);
    const arn = await machine(engine, asleep);
    for (let number = 0; number < 40; number += 1) await start(engine, arn, `run-${number}`);
    await engine.close();
    const whole = readFileSync(join(cut, "data.mdb")).length;
    truncateSync(join(cut, "data.mdb"), Math.floor(whole / 2));
    await expect(open(cut)).rejects.toThrow(DataDirectoryDamagedError);
    truncateSync(join(cut, "data.mdb"), 0);
    await expect(open(cut)).rejects.toThrow(DataDirectoryDamagedError);
  });

  test("that another version of the engine wrote is refused, and says so", async () => {
    const dataDir = folder();
    const engine = await open(dataDir);
    await start(engine, await machine(engine, asleep), "one");
    await engine.close();
    const root = openLmdb<Buffer, string>({ path: dataDir, pageSize: 8192, maxDbs: 30 });
    const meta = root.openDB<Buffer, string>({ name: "meta", encoding: "binary" });
    await meta.put("format", encode(1));
    await root.close();
    const opening = open(dataDir);
    await expect(opening).rejects.toThrow(DataDirectoryFormatError);
    await expect(opening).rejects.toThrow("written by another version of Step Functions (format 1;");
  });

  test("whose bytes have changed is refused", async () => {
    const dataDir = folder();
    const engine = await open(dataDir);
    await start(engine, await machine(engine, { Work: { ...task, Comment: "x" } }), "one");
    await start(engine, await machine(engine, { Work: { ...task, Comment: "x" } }), "needle-in-the-log");
    await engine.close();
    const bytes = readFileSync(join(dataDir, "data.mdb"));
    let changed = 0;
    for (let at = bytes.indexOf("needle"); at >= 0; at = bytes.indexOf("needle", at + 1)) {
      bytes.write("Needle", at);
      changed += 1;
    }
    expect(changed).toBeGreaterThan(0);
    writeFileSync(join(dataDir, "data.mdb"), bytes);
    const opening = open(dataDir).then((again) =>
      describeOf(again, "arn:aws:states:us-east-1:000000000000:execution:machine:Needle-in-the-log"),
    );
    await expect(opening).rejects.toThrow(DataDirectoryDamagedError);
  });
});
