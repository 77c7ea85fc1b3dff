import { randomBytes } from "node:crypto";
import { replay } from "../core/apply.js";
import { type Decision, decide } from "../core/decide.js";
import type { Machine } from "../core/machine.js";
import { type ExecutionState, hasReady, type LogRecord, nextWake, pendingTasks } from "../core/state.js";
import type { Command, CoreEvent } from "../core/turn.js";
import type { LambdaInvoker, Logger } from "../ports.js";
import type { ExecutionRow, Store, Write } from "../store/store.js";
import type { Clock } from "./clock.js";
import { Invocations } from "./invocations.js";
import type { MachineCache } from "./machine-cache.js";
import type { StatusEvents } from "./status-events.js";
import { Wakes } from "./wakes.js";

/** An event without the clock reading and randomness that the shell adds. */
type Happening = CoreEvent extends infer E ? (E extends CoreEvent ? Omit<E, "at" | "seed"> : never) : never;

/** A running execution in memory. Its events are taken one after the other. */
interface Runner {
  row: ExecutionRow;
  machine: Machine;
  state: ExecutionState | null;
  batches: number;
  waiting: number;
  tail: Promise<void>;
}

interface Ports {
  store: Store;
  clock: Clock;
  lambda: LambdaInvoker;
  logger: Logger;
  machines: MachineCache;
  events: StatusEvents;
}

/**
 * Runs executions: hands events to the core, puts what it decides on disk, and only then does what it commands. What is
 * in memory can be made again from the store at any moment.
 */
export class Executions {
  private readonly runners = new Map<number, Runner>();
  private readonly invocations: Invocations;
  private readonly wakes: Wakes;
  private closed = false;
  private broken: Error | null = null;
  private inFlight = 0;
  private idle: (() => void) | null = null;

  constructor(private readonly ports: Ports) {
    this.invocations = new Invocations(ports.lambda);
    // A failed write has been logged where it failed, and no caller waits for a wake.
    this.wakes = new Wakes(ports.clock, (execution) =>
      this.deliver(execution, { type: "advance" }).catch(() => {}),
    );
  }

  /** Starts an execution. Resolves once its start is on disk. */
  async start(row: ExecutionRow, identity: { roleArn: string; machineName: string }): Promise<void> {
    const machine = this.ports.machines.machine(row.revisionId);
    const runner: Runner = { row, machine, state: null, batches: 0, waiting: 0, tail: Promise.resolve() };
    this.runners.set(row.number, runner);
    const { arn, name, input, startedAt, machineArn } = row;
    const { roleArn, machineName } = identity;
    await this.enqueue(runner, {
      type: "start",
      identity: { arn, name, input, startedAt, roleArn, machineArn, machineName },
    });
  }

  /** Stops an execution. Resolves once that is on disk. The functions it called go on; their results are of no use. */
  async stop(execution: number, reason: { error?: string; cause?: string }): Promise<void> {
    await this.deliver(execution, { type: "stop", ...reason });
  }

  /** Takes up every execution that had not ended. */
  resume(): void {
    for (const { key, value } of this.ports.store.range("running")) {
      this.wakes.set(key, value.wake);
      if (!value.busy) continue;
      const runner = this.load(key);
      if (runner === undefined) continue;
      for (const command of redelivery(runner.state)) this.perform(runner, command);
      if (runner.state !== null && hasReady(runner.state))
        void this.enqueue(runner, { type: "advance" }).catch(() => {});
    }
  }

  /** Stops all activity and waits for what is being written. */
  async close(): Promise<void> {
    this.closed = true;
    this.wakes.close();
    this.invocations.close();
    if (this.inFlight > 0) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  private async deliver(execution: number, happening: Happening): Promise<void> {
    const runner = this.runners.get(execution) ?? this.load(execution);
    if (runner !== undefined) await this.enqueue(runner, happening);
  }

  private load(execution: number): Runner | undefined {
    const { store, machines } = this.ports;
    const row = store.get("executions", execution);
    if (row === undefined || store.get("running", execution) === undefined) return undefined;
    const batches = [...store.range("log", { start: [execution, 0], end: [execution + 1, 0] })];
    const state = replay(batches.flatMap(({ value }) => value as LogRecord[]));
    const machine = machines.machine(row.revisionId);
    const runner = { row, machine, state, batches: batches.length, waiting: 0, tail: Promise.resolve() };
    this.runners.set(execution, runner);
    return runner;
  }

  private enqueue(runner: Runner, happening: Happening): Promise<void> {
    runner.waiting += 1;
    const taken = runner.tail.then(() => this.take(runner, happening));
    runner.tail = taken.catch(() => {}).then(() => this.settle(runner));
    return taken;
  }

  private settle(runner: Runner): void {
    runner.waiting -= 1;
    const { state } = runner;
    const asleep = state === null || (pendingTasks(state).length === 0 && !hasReady(state));
    if (runner.waiting === 0 && asleep) this.runners.delete(runner.row.number);
  }

  private async take(runner: Runner, happening: Happening): Promise<void> {
    if (this.closed) throw new Error("the engine is closed");
    if (this.broken !== null) throw this.broken;
    this.inFlight += 1;
    try {
      const at = this.ports.clock.now();
      const event: CoreEvent = { at, seed: randomBytes(16).toString("hex"), ...happening };
      const decision = await decide(runner.machine, runner.state, event);
      if (decision.records.length === 0) return;
      await this.record(runner, decision, event.type === "start");
      for (const command of decision.commands) this.perform(runner, command);
      if (hasReady(decision.state)) void this.enqueue(runner, { type: "advance" }).catch(() => {});
    } catch (error) {
      // Memory is now ahead of the disk: nothing may be told or done on its word any more.
      this.broken ??= error as Error;
      this.ports.logger.error({ err: error, execution: runner.row.arn }, "The engine cannot go on");
      throw error;
    } finally {
      this.inFlight -= 1;
      if (this.inFlight === 0) this.idle?.();
    }
  }

  private async record(runner: Runner, { state, records }: Decision, started: boolean): Promise<void> {
    const { number, machineId } = runner.row;
    const writes: Write[] = [{ table: "log", key: [number, runner.batches], value: records }];
    runner.batches += 1;
    runner.state = state;
    const changes = started ? [this.ports.events.keep(number, "RUNNING")] : [];
    if (state.outcome !== null) {
      runner.row = close(runner.row, state.outcome);
      changes.push(this.ports.events.keep(number, runner.row.status));
      writes.push({ table: "running", key: number, remove: true });
    } else {
      const busy = pendingTasks(state).length > 0 || hasReady(state);
      writes.push({ table: "running", key: number, value: { wake: nextWake(state), busy } });
    }
    if (started) writes.push({ table: "numbers", key: runner.row.arn, value: number });
    if (started || state.outcome !== null) {
      writes.push({ table: "executions", key: number, value: runner.row });
      writes.push({ table: "byMachine", key: [machineId, number], value: runner.row.status });
    }
    await this.ports.store.write([...writes, ...changes.flatMap((change) => change.writes)]);
    this.wakes.set(number, nextWake(state));
    for (const change of changes) change.tell();
  }

  private perform(runner: Runner, command: Command): void {
    const { number, arn } = runner.row;
    if (command.type === "abort") return this.invocations.abort(number, command.task);
    const { branch, task } = command;
    void this.invocations
      .invoke(number, arn, task)
      .then((answer) => this.deliver(number, { type: "answer", branch, task: task.id, answer }))
      .catch(() => {});
  }
}

function close(row: ExecutionRow, outcome: NonNullable<ExecutionState["outcome"]>): ExecutionRow {
  const { at: stoppedAt, status } = outcome;
  if (outcome.status === "SUCCEEDED") return { ...row, status, stoppedAt, output: outcome.output };
  return { ...row, status, stoppedAt, error: outcome.error ?? null, cause: outcome.cause ?? null };
}

function redelivery(state: ExecutionState | null): Command[] {
  if (state === null || state.outcome !== null) return [];
  return [...state.branches.values()].flatMap(({ id, position }): Command[] =>
    position.kind === "task" ? [{ type: "invoke", branch: id, task: position.task }] : [],
  );
}
