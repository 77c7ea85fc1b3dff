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
import type { StatusEvents } from "./status-events.js";
import { Wakes } from "./wakes.js";

/** An event without the clock reading and randomness that the shell adds. */
type Happening = CoreEvent extends infer E ? (E extends CoreEvent ? Omit<E, "at" | "seed"> : never) : never;

interface Waiting {
  happening: Happening;
  /** Told, once it is on disk, whether it came to anything. */
  done: (effective: boolean) => void;
  failed: (error: unknown) => void;
}

/** A running execution in memory. Its events are taken one after the other. */
export interface Runner {
  row: ExecutionRow;
  machine: Machine | null;
  /** null before the start, and for what could not be read back from its log. */
  state: ExecutionState | null;
  /** What went wrong when it was read back: it ends at its next event. */
  fault: unknown;
  batches: number;
  queue: Waiting[];
  /** An event is being decided upon. */
  deciding: boolean;
  /** Writes that are on their way to the disk. */
  unsynced: number;
  saved: RunningRow | null;
}

type Ruling = Pick<Decision, "records" | "commands"> & {
  state: ExecutionState | null;
  outcome: ExecutionState["outcome"];
};

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
  private inFlight = 0;
  private idle: (() => void) | null = null;

  constructor(private readonly ports: Ports) {
    // A failed write has been logged where it failed, and no caller waits for a wake.
    this.wakes = new Wakes(ports.clock, (execution) =>
      this.deliver(execution, { type: "advance" }).then(
        () => {},
        () => {},
      ),
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
    await this.enqueue(runner, { type: "start", identity: identityOf(row) });
  }

  /** Stops an execution. Resolves once that is on disk. The functions it called go on; their results are of no use. */
  async stop(execution: number, reason: { error?: string; cause?: string }): Promise<void> {
    await this.deliver(execution, { type: "stop", ...reason });
  }

  /** Takes an ended execution up again where it failed. Resolves once that is on disk. */
  async redrive(row: ExecutionRow): Promise<void> {
    const records = this.log(row);
    const { machine, state, fault } = this.recall(row, records.flat());
    if (fault !== undefined) throw fault;
    const runner = this.runner(row, { machine, state, batches: records.length });
    await this.enqueue(runner, { type: "redrive" });
  }

  /** Hands a task's answer to its execution. Resolves, once on disk, with whether anybody had waited for it. */
  answer(execution: number, branch: number, task: number, answer: TaskAnswer): Promise<boolean> {
    return this.deliver(execution, { type: "answer", branch, task, answer });
  }

  /** Hands the end of a map run to its execution. */
  mapRunEnded(execution: number, branch: number, run: number, answer: MapRunAnswer): Promise<boolean> {
    return this.deliver(execution, { type: "mapRunEnded", branch, run, answer });
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

  private async deliver(execution: number, happening: Happening): Promise<boolean> {
    const runner = this.find(execution);
    return runner === undefined ? false : this.enqueue(runner, happening);
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
    const runner: Runner = {
      row,
      fault: undefined,
      saved: null,
      queue: [],
      deciding: false,
      unsynced: 0,
      ...given,
    };
    this.runners.set(row.number, runner);
    return runner;
  }

  private enqueue(runner: Runner, happening: Happening): Promise<boolean> {
    const release = this.ports.clock.hold?.();
    const taken = new Promise<boolean>((done, failed) => runner.queue.push({ happening, done, failed }));
    this.pump(runner);
    return release === undefined ? taken : taken.finally(release);
  }

  private advance(runner: Runner): void {
    this.enqueue(runner, { type: "advance" }).catch(() => {});
  }

  /** Takes the events of an execution, one after the other. */
  private pump(runner: Runner): void {
    while (!runner.deciding) {
      const waiting = runner.queue.shift();
      if (waiting === undefined) return;
      const ended = runner.row.status !== "RUNNING" && waiting.happening.type !== "redrive";
      if (this.closed) waiting.failed(new Error("the engine is closed"));
      else if (this.broken !== null) waiting.failed(this.broken);
      else if (ended) waiting.done(false);
      else this.take(runner, waiting);
    }
  }

  private take(runner: Runner, waiting: Waiting): void {
    this.events += 1;
    const started = waiting.happening.type === "start";
    const event = {
      at: started ? runner.row.startedAt : this.ports.clock.now(),
      seed: `${this.secret}:${this.events}`,
      ...waiting.happening,
    } as CoreEvent;
    this.inFlight += 1;
    let decision: Decision | Promise<Decision>;
    try {
      decision = this.decide(runner, event);
    } catch (error) {
      this.fail(runner, waiting, event, error);
      return;
    }
    if (!(decision instanceof Promise)) {
      this.decided(runner, waiting, event, decision);
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
      (made) => decided(() => this.decided(runner, waiting, event, made)),
      (error: unknown) => decided(() => this.fail(runner, waiting, event, error)),
    );
  }

  private decide(runner: Runner, event: CoreEvent): Decision | Promise<Decision> {
    if (runner.machine === null) throw runner.fault;
    return decide(runner.machine, runner.state, event, this.ports.settings);
  }

  private decided(runner: Runner, waiting: Waiting, event: CoreEvent, decision: Decision): void {
    if (decision.fault !== undefined) this.logFault(runner, decision.fault);
    if (decision.records.length === 0) {
      waiting.done(false);
      this.rest();
      this.settle(runner);
      return;
    }
    try {
      this.commit(runner, waiting, event, { ...decision, outcome: decision.state.outcome });
    } catch (error) {
      this.fail(runner, waiting, event, error);
    }
  }

  /** What nobody foresaw ends the execution on the word of its log: what is in memory may be ahead of it, or wrong. */
  private fail(runner: Runner, waiting: Waiting, event: CoreEvent, error: unknown): void {
    if (event.type === "start" || event.type === "redrive") {
      // Nothing of it is on disk yet: whoever asked for it is told, and it has never been.
      this.runners.delete(runner.row.number);
      waiting.failed(error);
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
        this.commit(runner, waiting, event, {
          state: null,
          outcome,
          records: [record],
          commands,
        });
      })
      .catch((failure: unknown) => {
        waiting.failed(failure);
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

  private commit(runner: Runner, waiting: Waiting, event: CoreEvent, ruling: Ruling): void {
    const { state, outcome } = ruling;
    const { writes, tell } = this.writes(runner, event, ruling);
    runner.state = state;
    runner.batches += 1;
    runner.unsynced += 1;
    const written = this.write(writes);
    const wake = state === null || outcome !== null ? null : nextWake(state);
    const ahead = state !== null && nextReady(state) !== undefined;
    void this.afterwards(runner, waiting, { ...ruling, written, wake, ahead, tell });
  }

  /** What follows from an event once it is on disk. */
  private async afterwards(
    runner: Runner,
    waiting: Waiting,
    step: Ruling & { written: Promise<void>; wake: number | null; ahead: boolean; tell: (() => void)[] },
  ): Promise<void> {
    const { records, commands, outcome, written, wake, ahead, tell } = step;
    try {
      await written;
      this.performers?.recorded(runner, records);
      this.wakes.set(runner.row.number, wake);
      for (const change of tell) change();
      for (const command of commands) this.perform(runner, command);
      if (outcome !== null) this.tellEnd(runner.row);
      if (ahead) this.advance(runner);
      waiting.done(true);
    } catch (error) {
      if (error !== this.broken) this.logFault(runner, error);
      waiting.failed(error);
    } finally {
      runner.unsynced -= 1;
      this.rest();
      this.pump(runner);
      this.settle(runner);
    }
  }

  private writes(
    runner: Runner,
    event: CoreEvent,
    { state, outcome, records }: Ruling,
  ): { writes: Write[]; tell: (() => void)[] } {
    const { number, machineId, arn, mapRun } = runner.row;
    const started = event.type === "start";
    const writes: Write[] = [{ table: "log", key: [number, runner.batches], value: pack(records) }];
    const changes = started ? [this.ports.events.keep(runner.row, "RUNNING")] : [];
    if (event.type === "redrive") {
      const { redriveCount } = runner.row;
      const again = { status: "RUNNING", stoppedAt: null, error: null, cause: null } as const;
      runner.row = { ...runner.row, ...again, redriveCount: redriveCount + 1, redrivenAt: event.at };
      changes.push(this.ports.events.keep(runner.row, "RUNNING"));
    }
    if (outcome !== null) {
      runner.row = close(runner.row, outcome);
      changes.push(this.ports.events.keep(runner.row, runner.row.status));
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
    for (const change of changes) writes.push(...change.writes);
    return { writes, tell: changes.map(({ tell }) => tell) };
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

  private async write(writes: Write[]): Promise<void> {
    try {
      await this.ports.store.write(writes);
    } catch (error) {
      // What is on disk is not known any more: nothing may be told or done by anyone.
      this.broken ??= error as Error;
      this.ports.logger.error({ err: error }, "The engine cannot go on");
      throw error;
    }
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
