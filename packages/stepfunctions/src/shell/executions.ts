import { randomBytes } from "node:crypto";
import { breakOff } from "../core/breakdown.js";
import { type Decision, decide } from "../core/decide.js";
import { nextReady, nextWake } from "../core/state.js";
import type { CoreEvent, MapRunAnswer, Settings, TaskAnswer } from "../core/turn.js";
import type { Logger } from "../ports.js";
import type { ExecutionRow, Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import { Ends } from "./ends.js";
import { GroupCommit } from "./group-commit.js";
import { InFlight } from "./in-flight.js";
import type { MachineCache } from "./machine-cache.js";
import { perform, type Performers } from "./performers.js";
import { Recall } from "./recall.js";
import { identityOf, redelivery, type Ruling, type Runner, withdrawal } from "./runner.js";
import { Runners } from "./runners.js";
import type { Change, StatusEvents } from "./status-events.js";
import { andThen, nobody, promised, type Told } from "./told.js";
import { writesOf } from "./turn-writes.js";
import { Wakes } from "./wakes.js";

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
  private readonly ends = new Ends();
  private readonly wakes: Wakes;
  private performers: Performers | null = null;
  /** Makes the seed of each event, with the event's number: nobody can guess what comes of it. */
  private readonly secret = randomBytes(32).toString("hex");
  private events = 0;
  private closed = false;
  private readonly turns = new InFlight();

  readonly recall: Recall;
  /** Those in memory. */
  readonly runners: Runners;
  private readonly commits: GroupCommit;

  constructor(private readonly ports: Ports) {
    this.recall = new Recall(ports.store, ports.machines);
    this.runners = new Runners(ports.store, this.recall);
    this.commits = new GroupCommit(ports.store, ports.logger);
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
    const machine = this.recall.machineOf(row);
    const runner = this.runners.add(row, { machine, state: null, batches: 0 });
    await promised((told) =>
      this.enqueue(runner, { at: 0, seed: "", type: "start", identity: identityOf(row) }, told),
    );
  }

  /** Stops an execution. Resolves once that is on disk. The functions it called go on; their results are of no use. */
  async stop(execution: number, reason: { error?: string; cause?: string }): Promise<void> {
    await promised((told) => this.deliver(execution, { at: 0, seed: "", type: "stop", ...reason }, told));
  }

  /** Ends what an execution waits for, Waits and delays of retries. Resolves, once on disk, with whether there was any. */
  skipWaits(execution: number): Promise<boolean> {
    return promised((told) => this.deliver(execution, { at: 0, seed: "", type: "skip" }, told));
  }

  /** Takes an ended execution up again where it failed. Resolves once that is on disk. */
  async redrive(row: ExecutionRow): Promise<void> {
    const records = this.recall.log(row);
    const { machine, state, fault } = this.recall.state(row, records.flat());
    if (fault !== undefined) throw fault;
    const runner = this.runners.add(row, { machine, state, batches: records.length });
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

  /** Resolves with an execution's row once its end is on disk. */
  ended(execution: number): Promise<ExecutionRow> {
    const row = this.ports.store.get("executions", execution);
    return row !== undefined && row.status !== "RUNNING" ? Promise.resolve(row) : this.ends.wait(execution);
  }

  /** Takes up every execution that had not ended. */
  resume(): void {
    for (const { key, value } of this.ports.store.range("running")) {
      this.wakes.set(key, value.wake);
      if (!value.busy) continue;
      const runner = this.runners.load(key);
      if (runner === undefined) continue;
      for (const command of redelivery(runner.state)) perform(this.performers, runner, command);
      if (runner.state === null || nextReady(runner.state) !== undefined) this.advance(runner);
      this.wakes.set(key, runner.state === null ? null : nextWake(runner.state));
      this.runners.settle(runner);
    }
  }

  /** Stops all activity and waits for what is being written. */
  async close(): Promise<void> {
    this.closed = true;
    this.wakes.close();
    await this.turns.over();
    this.ends.close();
  }

  private deliver(execution: number, event: CoreEvent, told: Told): void {
    let runner: Runner | undefined;
    try {
      runner = this.runners.find(execution);
    } catch (error) {
      told.failed(error);
      return;
    }
    if (runner === undefined) told.done(false);
    else this.enqueue(runner, event, told);
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
      else if (this.commits.broken !== null) told.failed(this.commits.broken);
      else if (ended) told.done(false);
      else this.turn(runner, event, told);
    }
  }

  private turn(runner: Runner, event: CoreEvent, told: Told): void {
    this.events += 1;
    event.at = event.type === "start" ? runner.row.startedAt : this.ports.clock.now();
    event.seed = `${this.secret}:${this.events}`;
    this.turns.began();
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
      this.runners.settle(runner);
    };
    decision.then(
      (made) => decided(() => this.decided(runner, event, told, made)),
      (error: unknown) => decided(() => this.fail(runner, event, told, error)),
    );
  }

  private decide(runner: Runner, event: CoreEvent): Decision | Promise<Decision> {
    if (runner.machine === null) throw runner.fault ?? new Error("the execution could not be read back");
    return decide(runner.machine, runner.state, event, this.ports.settings);
  }

  private decided(runner: Runner, event: CoreEvent, told: Told, decision: Decision): void {
    if (decision.fault !== undefined) this.logFault(runner, decision.fault);
    const { state, records, commands } = decision;
    if (records.length === 0) {
      told.done(false);
      this.turns.ended();
      this.runners.settle(runner);
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
      this.runners.drop(runner);
      told.failed(error);
      this.turns.ended();
      return;
    }
    this.logFault(runner, error);
    const commands = withdrawal(runner.state);
    // What comes next waits for this: the state may be ahead of the log, or wrong.
    runner.deciding = true;
    void this.ports.store
      .flushed()
      .then(() => {
        const { record, outcome } = breakOff(this.recall.log(runner.row).flat(), event.at, error);
        this.commit(runner, event, told, { state: null, outcome, records: [record], commands });
      })
      .catch((failure: unknown) => {
        told.failed(failure);
        this.turns.ended();
      })
      .finally(() => {
        runner.deciding = false;
        this.pump(runner);
        this.runners.settle(runner);
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
    const { writes, changes } = writesOf(runner, event, ruling, {
      events: this.ports.events,
      words: this.ports.machines.words(runner.row.revisionId),
    });
    runner.state = state;
    runner.batches += 1;
    runner.unsynced += 1;
    const wake = state === null || outcome !== null ? null : nextWake(state);
    this.commits.write(writes, {
      written: () => this.afterwards(runner, told, ruling, { changes, wake }),
      failed: (error) => {
        told.failed(error);
        this.synced(runner);
      },
    });
  }

  /** What follows from an event once it is on disk. */
  private afterwards(
    runner: Runner,
    told: Told,
    { state, outcome, records, commands }: Ruling,
    { changes, wake }: { changes: Change[]; wake: number | null },
  ): void {
    try {
      this.performers?.recorded(runner, records);
      this.wakes.set(runner.row.number, wake);
      for (const change of changes) this.ports.events.tell(change);
      for (const command of commands) perform(this.performers, runner, command);
      if (outcome !== null) this.tellEnd(runner.row);
      if (state !== null && nextReady(state) !== undefined) this.advance(runner);
      told.done(true);
    } catch (error) {
      this.logFault(runner, error);
      told.failed(error);
    }
    this.synced(runner);
  }

  private synced(runner: Runner): void {
    runner.unsynced -= 1;
    this.turns.ended();
    this.pump(runner);
    this.runners.settle(runner);
  }

  private tellEnd(row: ExecutionRow): void {
    this.ends.tell(row);
    this.performers?.ended(row);
  }
}
