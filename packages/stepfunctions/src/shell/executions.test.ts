import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { replay } from "../core/apply.js";
import { compileMachine } from "../core/compile.js";
import type { Machine, State } from "../core/machine.js";
import { pack, unpack } from "../core/pack.js";
import type { LogRecord } from "../core/state.js";
import { Words } from "../core/words.js";
import type { Logger } from "../ports.js";
import { openStore } from "../store/open-store.js";
import type { ExecutionRow, ExecutionStatus, Store } from "../store/store.js";
import { VirtualClock } from "./clock.js";
import { Executions } from "./executions.js";
import { identityOf } from "./runner.js";
import { MachineCache } from "./machine-cache.js";
import { StatusEvents } from "./status-events.js";

const definition = {
  QueryLanguage: "JSONata",
  StartAt: "Sleep",
  States: {
    Sleep: { Type: "Wait", Seconds: 60, Next: "Check" },
    Check: { Type: "Pass", End: true },
  },
};

const words = Words.of(definition);

/** The shell on a folder, with as much of it replaced as a test needs. */
class Bench {
  readonly clock = new VirtualClock();
  readonly logged: string[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), "executions-"));
  private opened: { store: Store; executions: Executions; events: StatusEvents } | null = null;

  async open(parts: { machine?: (revision: string) => Machine; refuse?: ExecutionStatus } = {}) {
    await this.close();
    const { clock } = this;
    const store = await openStore(this.folder);
    const log = (_: object, message: string): void => void this.logged.push(message);
    const logger: Logger = { warn: log, error: log };
    const machines = new MachineCache(store);
    machines.words = () => words;
    machines.machine = parts.machine ?? (() => compileMachine(definition));
    const events = new StatusEvents(store, clock, async () => {}, logger);
    const keep = events.keep.bind(events);
    events.keep = (row, status) => {
      if (row.number === 1 && status === parts.refuse) throw new Error("the projection fails");
      return keep(row, status);
    };
    const settings = { waitScale: 1 };
    const executions = new Executions({ store, clock, logger, machines, events, settings });
    this.opened = { store, executions, events };
    executions.resume();
    return { store, executions };
  }

  async close(): Promise<void> {
    this.opened?.events.close();
    await this.opened?.executions.close();
    await this.opened?.store.close();
    this.opened = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench[Symbol.asyncDispose]();
});

function makeBench(): Bench {
  const bench = new Bench();
  benches.push(bench);
  return bench;
}

function start(executions: Executions, number: number): Promise<void> {
  const name = `run-${number}`;
  const row: ExecutionRow = {
    number,
    arn: `arn:aws:states:us-east-1:000000000000:execution:machine:${name}`,
    name,
    machineId: "machine",
    machineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
    versionArn: null,
    aliasArn: null,
    type: "STANDARD",
    revisionId: `revision-${number}`,
    region: 0,
    roleArn: "arn:aws:iam::000000000000:role/role",
    machineName: "machine",
    testCase: null,
    mapRun: null,
    startedBy: null,
    traceHeader: null,
    input: "{}",
    startedAt: 0,
    status: "RUNNING",
    stoppedAt: null,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
    redrivenAt: null,
  };
  return executions.start(row);
}

function logOf(store: Store, number: number): LogRecord[] {
  const identity = identityOf(store.get("executions", number) as ExecutionRow);
  const log = store.range("log", { start: [number, 0], end: [number + 1, 0] });
  return [...log].flatMap(({ value }) => unpack(value, identity, words));
}

/** One has failed in the States language's words and durably, two has ended as it should, and neither runs any more. */
function expectOneFailed(store: Store, message: string): void {
  const cause = expect.stringContaining(`could not go on, by a fault of the engine: ${message}`) as string;
  const failed = { status: "FAILED", error: "States.Runtime", cause };
  expect(store.get("executions", 1)).toMatchObject(failed);
  expect(store.get("executions", 2)).toMatchObject({ status: "SUCCEEDED", output: "{}" });
  expect([...store.range("running", { end: 3 })]).toEqual([]);
  const log = logOf(store, 1);
  const last = log.at(-1);
  expect(last).toMatchObject({ type: "ExecutionFailed", details: { error: "States.Runtime", cause } });
  const shown = log.flatMap(({ id }) => (id > 0 ? [id] : []));
  expect(shown).toEqual(shown.map((_, place) => place + 1));
  expect(last?.previousId).toBe(shown.length - 1);
}

/** A machine that breaks where the state Check is looked up. */
function breaking(thrown: unknown): Machine {
  const whole = compileMachine(definition);
  const states = new Map<string, State>(whole.root.states);
  states.get = (name) => {
    if (name === "Check") throw thrown;
    return whole.root.states.get(name);
  };
  const root = { ...whole.root, states };
  return { ...whole, root, regions: [root] };
}

describe("something unforeseen in one execution ends that one and leaves the others alone", () => {
  const cases: [string, Parameters<Bench["open"]>[0], string][] = [
    [
      "when the core fails on it",
      {
        machine: (revision) =>
          revision === "revision-1" ? breaking(new Error("the core fails")) : compileMachine(definition),
      },
      "the core fails",
    ],
    [
      "when the core cannot even say what failed",
      {
        machine: (revision) =>
          revision === "revision-1" ? breaking(Object.create(null)) : compileMachine(definition),
      },
      "Cannot convert object",
    ],
    ["when what it decides cannot be written down", { refuse: "SUCCEEDED" }, "the projection fails"],
  ];
  test.each(cases)("%s", async (_, parts, message) => {
    const bench = makeBench();
    const first = await bench.open(parts);
    await start(first.executions, 1);
    await start(first.executions, 2);
    await bench.clock.advance(60_000);
    expectOneFailed(first.store, message);
    expect(bench.logged).toEqual(["An execution has failed by a fault of the engine"]);
    expect(replay(logOf(first.store, 1)).outcome).toMatchObject({ status: "FAILED" });

    await start(first.executions, 3);
    const second = await bench.open();
    expectOneFailed(second.store, message);
    await bench.clock.advance(60_000);
    expect(second.store.get("executions", 3)).toMatchObject({ status: "SUCCEEDED" });
    expect(bench.logged).toHaveLength(1);
  });

  test.each([
    ["when it is taken up at once", true],
    ["when its moment comes", false],
  ])("when its log cannot be followed: %s", async (_, busy) => {
    const bench = makeBench();
    const first = await bench.open();
    await start(first.executions, 1);
    await start(first.executions, 2);
    const alien = { at: 0, branch: 7, id: 4, previousId: 3, type: "NeverHeardOf" };
    const wake = first.store.get("running", 1)?.wake ?? null;
    await first.store.write([
      { table: "log", key: [1, 1], value: pack([alien], words) },
      { table: "running", key: 1, value: { wake, busy } },
    ]);
    await bench.open();
    await bench.clock.advance(60_000);
    const third = await bench.open();
    const log = logOf(third.store, 1);
    expect(log.at(-1)).toMatchObject({ type: "ExecutionFailed", id: 5, previousId: 2 });
    expect(third.store.get("executions", 1)).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(third.store.get("executions", 2)).toMatchObject({ status: "SUCCEEDED" });
    expect([...third.store.range("running")]).toEqual([]);
  });

  test("when it cannot start: the caller is told, and there is nothing of it", async () => {
    const bench = makeBench();
    const { store, executions } = await bench.open({ refuse: "RUNNING" });
    await expect(start(executions, 1)).rejects.toThrow("the projection fails");
    expect(store.get("executions", 1)).toBeUndefined();
    await start(executions, 2);
    await bench.clock.advance(60_000);
    expect(store.get("executions", 2)).toMatchObject({ status: "SUCCEEDED" });
  });
});
