import { randomBytes } from "node:crypto";
import { replay } from "../core/apply.js";
import { breakOff } from "../core/breakdown.js";
import { type Decision, decide } from "../core/decide.js";
import { type ExecutionState, hasReady, type LogRecord, nextWake, pendingTasks } from "../core/state.js";
import type { Command, CoreEvent } from "../core/turn.js";
import type { LambdaInvoker, Logger } from "../ports.js";
import { DataDirectoryDamagedError } from "../store/errors.js";
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
  /** Throws when something goes wrong that the core does not expect. */
  decide(state: ExecutionState | null, event: CoreEvent): Promise<Decision>;
  /** null before the start, and for what could not be read back from its log. */
  state: ExecutionState | null;
  batches: number;
  waiting: number;
  tail: Promise<void>;
}

type Ruling = Pick<Decision, "records" | "commands"> & {
  state: ExecutionState | null;
  outcome: ExecutionState["outcome"];
};

/** What comes of an event: what goes to disk, and what counts and is done once it is there. */
interface Step {
  row: ExecutionRow;
  state: ExecutionState | null;
  writes: Write[];
  wake: number | null;
  commands: Command[];
  /** Tells the changes of status. */
  tell: (() => void)[];
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
    const runner = this.runner(row, 0, {
      state: null,
      decide: (state, event) => decide(machine, state, event),
    });
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
      if (runner.state === null || hasReady(runner.state))
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
    const { store } = this.ports;
    const row = store.get("executions", execution);
    if (row === undefined || store.get("running", execution) === undefined) return undefined;
    const batches = this.log(execution);
    return this.runner(row, batches.length, this.recall(row, batches.flat()));
  }

  private recall(row: ExecutionRow, records: LogRecord[]): Pick<Runner, "state" | "decide"> {
    try {
      const machine = this.ports.machines.machine(row.revisionId);
      return { state: replay(records), decide: (state, event) => decide(machine, state, event) };
    } catch (error) {
      if (error instanceof DataDirectoryDamagedError) throw error;
      const fault = error instanceof Error ? error : new Error(String(error));
      // It ends at its next event, as it does when the core throws.
      return { state: null, decide: () => Promise.reject(fault) };
    }
  }

  private runner(row: ExecutionRow, batches: number, core: Pick<Runner, "state" | "decide">): Runner {
    const runner = { ...core, row, batches, waiting: 0, tail: Promise.resolve() };
    this.runners.set(row.number, runner);
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
    if (runner.row.status !== "RUNNING") return;
    this.inFlight += 1;
    try {
      const at = this.ports.clock.now();
      const event: CoreEvent = { at, seed: randomBytes(16).toString("hex"), ...happening };
      const step = await this.next(runner, event);
      if (step === null) return;
      await this.write(step.writes);
      this.follow(runner, step);
    } catch (error) {
      const fields = { err: error, execution: runner.row.arn, event: happening.type };
      if (error !== this.broken) this.ports.logger.error(fields, "An execution's event came to nothing");
      throw error;
    } finally {
      this.inFlight -= 1;
      if (this.inFlight === 0) this.idle?.();
    }
  }

  /** What an event comes to, or null. What goes wrong in one execution ends that execution and no other. */
  private async next(runner: Runner, event: CoreEvent): Promise<Step | null> {
    const started = event.type === "start";
    try {
      const decision = await runner.decide(runner.state, event);
      if (decision.fault !== undefined) this.logFault(runner, decision.fault);
      if (decision.records.length === 0) return null;
      return this.step(runner, { ...decision, outcome: decision.state.outcome }, started);
    } catch (error) {
      // Nothing of it is on disk yet: whoever starts it is told, and it has never been.
      if (started) throw error;
      this.logFault(runner, error);
      return this.brokenOff(runner, event.at, error);
    }
  }

  private logFault({ row }: Runner, fault: unknown): void {
    this.ports.logger.error(
      { err: fault, execution: row.arn },
      "An execution has failed by a fault of the engine",
    );
  }

  private step(runner: Runner, { state, outcome, records, commands }: Ruling, started = false): Step {
    const { number, machineId } = runner.row;
    const row = outcome === null ? runner.row : close(runner.row, outcome);
    const changes = started ? [this.ports.events.keep(number, "RUNNING")] : [];
    if (outcome !== null) changes.push(this.ports.events.keep(number, row.status));
    const wake = state === null ? null : nextWake(state);
    const busy = state !== null && (pendingTasks(state).length > 0 || hasReady(state));
    const writes: Write[] = [
      { table: "log", key: [number, runner.batches], value: records },
      outcome === null
        ? { table: "running", key: number, value: { wake, busy } }
        : { table: "running", key: number, remove: true },
    ];
    if (started) writes.push({ table: "numbers", key: row.arn, value: number });
    if (started || outcome !== null) {
      writes.push({ table: "executions", key: number, value: row });
      writes.push({ table: "byMachine", key: [machineId, number], value: row.status });
    }
    writes.push(...changes.flatMap((change) => change.writes));
    return { row, state, writes, wake, commands, tell: changes.map(({ tell }) => tell) };
  }

  /** The end of an execution, on the word of its log alone: what is in memory may be ahead of it, or wrong. */
  private brokenOff(runner: Runner, at: number, fault: unknown): Step {
    const { record, outcome } = breakOff(this.log(runner.row.number).flat(), at, fault);
    const commands = redelivery(runner.state).map(({ branch, task }): Command => {
      return { type: "abort", branch, task: task.id };
    });
    return this.step(runner, { state: null, outcome, records: [record], commands });
  }

  private log(execution: number): LogRecord[][] {
    const batches = this.ports.store.range("log", { start: [execution, 0], end: [execution + 1, 0] });
    return [...batches].map(({ value }) => value as LogRecord[]);
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

  private follow(runner: Runner, { row, state, wake, commands, tell }: Step): void {
    Object.assign(runner, { row, state, batches: runner.batches + 1 });
    this.wakes.set(row.number, wake);
    for (const change of tell) change();
    for (const command of commands) this.perform(runner, command);
    if (state !== null && hasReady(state)) void this.enqueue(runner, { type: "advance" }).catch(() => {});
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

function redelivery(state: ExecutionState | null): Extract<Command, { type: "invoke" }>[] {
  if (state === null || state.outcome !== null) return [];
  return [...state.branches.values()].flatMap(({ id, position }) =>
    position.kind === "task" ? [{ type: "invoke" as const, branch: id, task: position.task }] : [],
  );
}
