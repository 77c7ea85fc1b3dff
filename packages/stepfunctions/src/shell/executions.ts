import { randomBytes } from "node:crypto";
import { pack, unpack } from "../core/pack.js";
import { replay } from "../core/apply.js";
import { breakOff } from "../core/breakdown.js";
import { machineOfRegion } from "../core/compile.js";
import { type Decision, decide } from "../core/decide.js";
import type { Machine } from "../core/machine.js";
import {
  type ExecutionIdentity,
  type ExecutionState,
  isPending,
  type LogRecord,
  nextReady,
  nextWake,
  type Position,
  waiting,
} from "../core/state.js";
import type { Command, CoreEvent, MapRunAnswer, Settings, TaskAnswer } from "../core/turn.js";
import type { Logger } from "../ports.js";
import { DataDirectoryDamagedError } from "../store/errors.js";
import type { ExecutionRow, RunningRow, Store, Write } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { MachineCache } from "./machine-cache.js";
import type { Change, StatusEvents } from "./status-events.js";
import { andThen, nobody, promised, type Told } from "./told.js";
import { Wakes } from "./wakes.js";

interface Waiting {
  /** Clock reading and seed are filled in when its turn comes. */
  event: CoreEvent;
  told: Told;
}

/** A running execution in memory. Its events are taken one after the other. */
export interface Runner {
  row: ExecutionRow;
  machine: Machine | null;
  /** null before the start, and for what could not be read back from its log. */
  state: ExecutionState | null;
  /** What went wrong when it was read back: it ends at its next event. */
  fault: Error | undefined;
  batches: number;
  queue: Waiting[];
  /** An event is being decided upon. */
  deciding: boolean;
  /** Writes that are on their way to the disk. */
  unsynced: number;
  saved: RunningRow | null;
}

interface Ruling {
  state: ExecutionState | null;
  outcome: ExecutionState["outcome"];
  records: LogRecord[];
  commands: Command[];
}

/** What follows from an event once it is on disk. */
interface Consequences {
  runner: Runner;
  told: Told;
  ruling: Ruling;
  changes: Change[];
  wake: number | null;
  ahead: boolean;
}

/** What does what the core commands, outside of it. */
export interface Performers {
  invoke(runner: Runner, command: Extract<Command, { type: "invoke" }>): void;
  abort(execution: number, task: number): void;
  startMapRun(runner: Runner, command: Extract<Command, { type: "startMapRun" }>): void;
  stopMapRun(execution: number, run: number): void;
  /** An execution's end is on disk. */
  ended(row: ExecutionRow): void;
  /** Records are on disk. */
  recorded(runner: Runner, records: LogRecord[]): void;
}

interface Ports {
  store: Store;
  clock: Clock;
  logger: Logger;
  machines: MachineCache;
  events: StatusEvents;
  settings: Settings;
}

/**
 * Runs executions: hands events to the core, puts what it decides on disk, and only then does what it commands. What is
 * in memory may be ahead of the disk, but nobody outside is shown it, and it can be made again from there at any moment.
 */
export class Executions {
  private readonly runners = new Map<number, Runner>();
  private readonly listeners = new Map<number, ((row: ExecutionRow) => void)[]>();
  private readonly wakes: Wakes;
  private performers: Performers | null = null;
  /** Makes the seed of each event, with the event's number: nobody can guess what comes of it. */
  private readonly secret = randomBytes(32).toString("hex");
  private events = 0;
  private closed = false;
  private broken: Error | null = null;
  /** What waits for the write that is being gathered. */
  private latest: { written: Promise<void>; waiting: Consequences[] } | undefined;
  private inFlight = 0;
  private idle: (() => void) | null = null;

  constructor(private readonly ports: Ports) {
    // A failed write has been logged where it failed, and no caller waits for a wake.
    this.wakes = new Wakes(
      ports.clock,
      (execution) =>
        new Promise((resolve) => {
          const over = (): void => resolve();
          this.deliver(execution, { at: 0, seed: "", type: "advance" }, { done: over, failed: over });
        }),
    );
  }

  /** Says who does what the core commands. Before anything else. */
  connect(performers: Performers): void {
    this.performers = performers;
  }

  /** Starts an execution. Resolves once its start is on disk. */
  async start(row: ExecutionRow): Promise<void> {
    const machine = this.machineOf(row);
    const runner = this.runner(row, { machine, state: null, batches: 0 });
    await promised((told) =>
      this.enqueue(runner, { at: 0, seed: "", type: "start", identity: identityOf(row) }, told),
    );
  }

  /** Stops an execution. Resolves once that is on disk. The functions it called go on; their results are of no use. */
  async stop(execution: number, reason: { error?: string; cause?: string }): Promise<void> {
    await promised((told) => this.deliver(execution, { at: 0, seed: "", type: "stop", ...reason }, told));
  }

  /** Takes an ended execution up again where it failed. Resolves once that is on disk. */
  async redrive(row: ExecutionRow): Promise<void> {
    const records = this.log(row);
    const { machine, state, fault } = this.recall(row, records.flat());
    if (fault !== undefined) throw fault;
    const runner = this.runner(row, { machine, state, batches: records.length });
    await promised((told) => this.enqueue(runner, { at: 0, seed: "", type: "redrive" }, told));
  }

  /** Hands a task's answer to its execution. Resolves, once on disk, with whether anybody had waited for it. */
  answer(execution: number, branch: number, task: number, answer: TaskAnswer): Promise<boolean> {
    return promised((told) => this.take(execution, branch, task, answer, told));
  }

  /** As answer, without a promise. */
  take(execution: number, branch: number, task: number, answer: TaskAnswer, told: Told): void {
    this.deliver(execution, { at: 0, seed: "", type: "answer", branch, task, answer }, told);
  }

  /** Hands the end of a map run to its execution. */
  mapRunEnded(execution: number, branch: number, run: number, answer: MapRunAnswer): Promise<boolean> {
    const event = { at: 0, seed: "", type: "mapRunEnded", branch, run, answer } as const;
    return promised((told) => this.deliver(execution, event, told));
  }

  /** Where a branch of a running execution stands, or undefined. */
  position(execution: number, branch: number): Position | undefined {
    const runner = this.find(execution);
    if (runner === undefined) return undefined;
    const position = runner.state?.branches.get(branch)?.position;
    // Looking at a sleeping execution does not keep it awake.
    this.settle(runner);
    return position;
  }

  /** A running execution, read back if it is not in memory. */
  find(execution: number): Runner | undefined {
    return this.runners.get(execution) ?? this.load(execution);
  }

  /** Resolves with an execution's row once its end is on disk. */
  ended(execution: number): Promise<ExecutionRow> {
    const row = this.ports.store.get("executions", execution);
    if (row !== undefined && row.status !== "RUNNING") return Promise.resolve(row);
    return new Promise((resolve) => {
      const listeners = this.listeners.get(execution) ?? [];
      this.listeners.set(execution, [...listeners, resolve]);
    });
  }

  /** Takes up every execution that had not ended. */
  resume(): void {
    for (const { key, value } of this.ports.store.range("running")) {
      this.wakes.set(key, value.wake);
      if (!value.busy) continue;
      const runner = this.load(key);
      if (runner === undefined) continue;
      for (const command of redelivery(runner.state)) this.perform(runner, command);
      if (runner.state === null || nextReady(runner.state) !== undefined) this.advance(runner);
      this.wakes.set(key, runner.state === null ? null : nextWake(runner.state));
      this.settle(runner);
    }
  }

  /** Stops all activity and waits for what is being written. */
  async close(): Promise<void> {
    this.closed = true;
    this.wakes.close();
    if (this.inFlight > 0) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  private deliver(execution: number, event: CoreEvent, told: Told): void {
    let runner: Runner | undefined;
    try {
      runner = this.find(execution);
    } catch (error) {
      told.failed(error);
      return;
    }
    if (runner === undefined) told.done(false);
    else this.enqueue(runner, event, told);
  }

  private load(execution: number): Runner | undefined {
    const { store } = this.ports;
    const row = store.get("executions", execution);
    const saved = store.get("running", execution);
    if (row === undefined || saved === undefined) return undefined;
    const batches = this.log(row);
    const { machine, state, fault } = this.recall(row, batches.flat());
    return this.runner(row, { machine, state, fault, batches: batches.length, saved });
  }

  private recall(row: ExecutionRow, records: LogRecord[]): Pick<Runner, "state" | "machine" | "fault"> {
    try {
      return { machine: this.machineOf(row), state: replay(records), fault: undefined };
    } catch (error) {
      if (error instanceof DataDirectoryDamagedError) throw error;
      return { machine: null, state: null, fault: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  private machineOf(row: ExecutionRow): Machine {
    const machine = this.ports.machines.machine(row.revisionId);
    return row.region === 0 ? machine : machineOfRegion(machine, row.region);
  }

  private runner(
    row: ExecutionRow,
    given: Pick<Runner, "machine" | "state" | "batches"> & Partial<Pick<Runner, "fault" | "saved">>,
  ): Runner {
    const { machine, state, fault, batches, saved = null } = given;
    const runner: Runner = {
      row,
      machine,
      state,
      fault,
      batches,
      queue: [],
      deciding: false,
      unsynced: 0,
      saved,
    };
    this.runners.set(row.number, runner);
    return runner;
  }

  private enqueue(runner: Runner, event: CoreEvent, told: Told): void {
    const release = this.ports.clock.hold?.();
    runner.queue.push({ event, told: release === undefined ? told : andThen(told, release) });
    this.pump(runner);
  }

  private advance(runner: Runner): void {
    this.enqueue(runner, { at: 0, seed: "", type: "advance" }, nobody);
  }

  /** Takes the events of an execution, one after the other. */
  private pump(runner: Runner): void {
    while (!runner.deciding) {
      const waiting = runner.queue.shift();
      if (waiting === undefined) return;
      const { event, told } = waiting;
      const ended = runner.row.status !== "RUNNING" && event.type !== "redrive";
      if (this.closed) told.failed(new Error("the engine is closed"));
      else if (this.broken !== null) told.failed(this.broken);
      else if (ended) told.done(false);
      else this.turn(runner, event, told);
    }
  }

  private turn(runner: Runner, event: CoreEvent, told: Told): void {
    this.events += 1;
    event.at = event.type === "start" ? runner.row.startedAt : this.ports.clock.now();
    event.seed = `${this.secret}:${this.events}`;
    this.inFlight += 1;
    let decision: Decision | Promise<Decision>;
    try {
      decision = this.decide(runner, event);
    } catch (error) {
      this.fail(runner, event, told, error);
      return;
    }
    if (!(decision instanceof Promise)) {
      this.decided(runner, event, told, decision);
      return;
    }
    runner.deciding = true;
    const decided = (follow: () => void): void => {
      runner.deciding = false;
      follow();
      this.pump(runner);
      this.settle(runner);
    };
    decision.then(
      (made) => decided(() => this.decided(runner, event, told, made)),
      (error: unknown) => decided(() => this.fail(runner, event, told, error)),
    );
  }

  private decide(runner: Runner, event: CoreEvent): Decision | Promise<Decision> {
    if (runner.machine === null) throw runner.fault;
    return decide(runner.machine, runner.state, event, this.ports.settings);
  }

  private decided(runner: Runner, event: CoreEvent, told: Told, decision: Decision): void {
    if (decision.fault !== undefined) this.logFault(runner, decision.fault);
    const { state, records, commands } = decision;
    if (records.length === 0) {
      told.done(false);
      this.rest();
      this.settle(runner);
      return;
    }
    try {
      this.commit(runner, event, told, { state, outcome: state.outcome, records, commands });
    } catch (error) {
      this.fail(runner, event, told, error);
    }
  }

  /** What nobody foresaw ends the execution on the word of its log: what is in memory may be ahead of it, or wrong. */
  private fail(runner: Runner, event: CoreEvent, told: Told, error: unknown): void {
    if (event.type === "start" || event.type === "redrive") {
      // Nothing of it is on disk yet: whoever asked for it is told, and it has never been.
      this.runners.delete(runner.row.number);
      told.failed(error);
      this.rest();
      return;
    }
    this.logFault(runner, error);
    const pending = runner.state === null ? [] : redelivery(runner.state);
    const commands = pending.map(
      (command): Command =>
        command.type === "invoke"
          ? { type: "abort", branch: command.branch, task: command.task.id }
          : { type: "stopMapRun", branch: command.branch, run: command.run.id },
    );
    // What comes next waits for this: the state may be ahead of the log, or wrong.
    runner.deciding = true;
    void this.ports.store
      .flushed()
      .then(() => {
        const { record, outcome } = breakOff(this.log(runner.row).flat(), event.at, error);
        this.commit(runner, event, told, {
          state: null,
          outcome,
          records: [record],
          commands,
        });
      })
      .catch((failure: unknown) => {
        told.failed(failure);
        this.rest();
      })
      .finally(() => {
        runner.deciding = false;
        this.pump(runner);
        this.settle(runner);
      });
  }

  private logFault({ row }: Runner, fault: unknown): void {
    this.ports.logger.error(
      { err: fault, execution: row.arn },
      "An execution has failed by a fault of the engine",
    );
  }

  private commit(runner: Runner, event: CoreEvent, told: Told, ruling: Ruling): void {
    const { state, outcome } = ruling;
    const { writes, changes } = this.writes(runner, event, ruling);
    runner.state = state;
    runner.batches += 1;
    runner.unsynced += 1;
    const wake = state === null || outcome !== null ? null : nextWake(state);
    const ahead = state !== null && nextReady(state) !== undefined;
    this.write(writes, { runner, told, ruling, changes, wake, ahead });
  }

  private afterwards({ runner, told, ruling, changes, wake, ahead }: Consequences): void {
    try {
      this.performers?.recorded(runner, ruling.records);
      this.wakes.set(runner.row.number, wake);
      for (const change of changes) this.ports.events.tell(change);
      for (const command of ruling.commands) this.perform(runner, command);
      if (ruling.outcome !== null) this.tellEnd(runner.row);
      if (ahead) this.advance(runner);
      told.done(true);
    } catch (error) {
      this.logFault(runner, error);
      told.failed(error);
    }
    this.synced(runner);
  }

  private synced(runner: Runner): void {
    runner.unsynced -= 1;
    this.rest();
    this.pump(runner);
    this.settle(runner);
  }

  private writes(
    runner: Runner,
    event: CoreEvent,
    { state, outcome, records }: Ruling,
  ): { writes: Write[]; changes: Change[] } {
    const { number, machineId, arn, mapRun } = runner.row;
    const started = event.type === "start";
    const writes: Write[] = [{ table: "log", key: [number, runner.batches], value: pack(records) }];
    const changes: Change[] = [];
    const tell = (): void => {
      const change = this.ports.events.keep(runner.row, runner.row.status);
      if (change === null) return;
      changes.push(change);
      writes.push({ table: "outbox", key: change.key, value: { execution: number, status: change.status } });
    };
    if (started) tell();
    if (event.type === "redrive") {
      const { redriveCount } = runner.row;
      const again = { status: "RUNNING", stoppedAt: null, error: null, cause: null } as const;
      runner.row = { ...runner.row, ...again, redriveCount: redriveCount + 1, redrivenAt: event.at };
      tell();
    }
    if (outcome !== null) {
      runner.row = close(runner.row, outcome);
      tell();
      if (!started) writes.push({ table: "running", key: number, remove: true });
      runner.saved = null;
    } else this.save(runner, state, writes);
    if (started) {
      writes.push({ table: "numbers", key: arn, value: number });
      if (mapRun === null) writes.push({ table: "byMachine", key: [machineId, number], value: 1 });
      else writes.push({ table: "mapChildren", key: [mapRun.number, mapRun.index], value: number });
    }
    if (started || outcome !== null || event.type === "redrive")
      writes.push({ table: "executions", key: number, value: runner.row });
    return { writes, changes };
  }

  /** Keeps what a restart must know; while an execution is busy, only that. */
  private save(runner: Runner, state: ExecutionState | null, writes: Write[]): void {
    const busy = state !== null && (state.pending > 0 || nextReady(state) !== undefined);
    const wake = state === null || busy ? null : nextWake(state);
    if (runner.saved !== null && runner.saved.busy === busy && runner.saved.wake === wake) return;
    runner.saved = { wake, busy };
    writes.push({ table: "running", key: runner.row.number, value: runner.saved });
  }

  private log(row: ExecutionRow): LogRecord[][] {
    const batches = this.ports.store.range("log", { start: [row.number, 0], end: [row.number + 1, 0] });
    const identity = identityOf(row);
    return [...batches].map(({ value }) => unpack(value, identity));
  }

  /** The writes of one turn of the event loop reach the disk together, and what follows from them has one promise. */
  private write(writes: Write[], consequences: Consequences): void {
    const written = this.ports.store.write(writes);
    if (this.latest?.written === written) {
      this.latest.waiting.push(consequences);
      return;
    }
    const waiting = [consequences];
    this.latest = { written, waiting };
    written.then(
      () => {
        for (const each of waiting) this.afterwards(each);
      },
      (error: unknown) => {
        // What is on disk is not known any more: nothing may be told or done by anyone.
        this.broken ??= error as Error;
        this.ports.logger.error({ err: error }, "The engine cannot go on");
        for (const { runner, told } of waiting) {
          told.failed(error);
          this.synced(runner);
        }
      },
    );
  }

  private perform(runner: Runner, command: Command): void {
    const { number } = runner.row;
    switch (command.type) {
      case "abort":
        return this.performers?.abort(number, command.task);
      case "stopMapRun":
        return this.performers?.stopMapRun(number, command.run);
      case "invoke":
        return this.performers?.invoke(runner, command);
      case "startMapRun":
        return this.performers?.startMapRun(runner, command);
    }
  }

  private tellEnd(row: ExecutionRow): void {
    const listeners = this.listeners.get(row.number) ?? [];
    this.listeners.delete(row.number);
    for (const listener of listeners) listener(row);
    this.performers?.ended(row);
  }

  /** Forgets an execution that nothing in this process waits for. */
  private settle(runner: Runner): void {
    const { state, row } = runner;
    if (runner.deciding || runner.unsynced > 0 || runner.queue.length > 0) return;
    const ended = row.status !== "RUNNING";
    const asleep = state === null || (state.pending === 0 && nextReady(state) === undefined);
    if ((ended || asleep) && this.runners.get(row.number) === runner) this.runners.delete(row.number);
  }

  private rest(): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) this.idle?.();
  }
}

/** Who an execution is, from its row. */
export function identityOf(row: ExecutionRow): ExecutionIdentity {
  const { number, arn, name, input, startedAt, machineArn, roleArn, machineName, sync } = row;
  const identity = { number, arn, name, input, startedAt, roleArn, machineArn, machineName };
  return sync === true ? { ...identity, sync } : identity;
}

function close(row: ExecutionRow, outcome: NonNullable<ExecutionState["outcome"]>): ExecutionRow {
  const { at: stoppedAt, status } = outcome;
  // Object.assign is many times quicker here than a spread that more members follow.
  if (outcome.status === "SUCCEEDED")
    return Object.assign({}, row, { status, stoppedAt, output: outcome.output });
  const { error = null, cause = null } = outcome;
  return Object.assign({}, row, { status, stoppedAt, error, cause });
}

type Delivery = Extract<Command, { type: "invoke" | "startMapRun" }>;

function redelivery(state: ExecutionState | null): Delivery[] {
  if (state === null) return [];
  return waiting(state).flatMap(({ id, position }): Delivery[] => {
    if (position.kind === "mapRun")
      return [{ type: "startMapRun", branch: id, state: position.visit.state, run: position.run }];
    if (position.kind !== "task" || !isPending(position)) return [];
    const { state: name, retryCount } = position.visit;
    return [{ type: "invoke", branch: id, state: name, retryCount, task: position.task }];
  });
}
