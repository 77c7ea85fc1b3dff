import { childInput, type MapRunSpec } from "../core/map-run.js";
import type { Command, MapRunAnswer, Settings } from "../core/turn.js";
import { StateFailure } from "../language/failure.js";
import type { Logger, ObjectStore } from "../ports.js";
import type { ExecutionRow, MapRunRow, Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { Executions } from "./executions.js";
import type { Runner } from "./runner.js";
import { childRow, exceeds, failureOf, newRow, newRun, type Run } from "./map-run.js";
import { count, takeUp } from "./map-run-children.js";
import { StoredTallies, type Tallies } from "./map-run-counts.js";
import { type FoundItem, inBatches, itemCount, itemsOf } from "./map-run-items.js";
import { assertDestination, gathered, isWritten, writeOut } from "./map-run-results.js";
import { sweep } from "./map-run-sweep.js";

type Start = Extract<Command, { type: "startMapRun" }>;

interface Ports {
  store: Store;
  clock: Clock;
  logger: Logger;
  executions: Executions;
  objects: ObjectStore | undefined;
  settings: Settings;
  nextNumber(): number;
}

/** Most executions of one map run at a time where MaxConcurrency gives no less. */
const MOST_AT_A_TIME = 1_000;

/** Runs the items of distributed Maps as executions of their own. */
export class MapRuns {
  private readonly runs = new Map<string, Run>();
  private readonly byNumber = new Map<number, Run>();
  private readonly counted: StoredTallies;
  private lastNumber = 0;
  /** Those that were running when the engine was opened, until they are swept. */
  private readonly left: MapRunRow[] = [];
  private closed = false;

  constructor(private readonly ports: Ports) {
    this.counted = new StoredTallies(ports.store);
    for (const { value } of ports.store.range("mapRuns")) {
      this.lastNumber = Math.max(this.lastNumber, value.number);
      if (value.status === "RUNNING") this.left.push(value);
    }
  }

  /** Begins a map run, or goes on with one after a restart or a redrive. */
  start(runner: Runner, command: Start): void {
    const release = this.ports.clock.hold?.();
    void this.begin(runner, command)
      .catch((error: unknown) => this.fail(runner.row, command, error))
      .catch((error: unknown) => this.report(command.run, error))
      .finally(() => release?.());
  }

  /** Ends map runs whose execution had ended when the engine was killed, and what runs of them. */
  sweep(): void {
    sweep(
      this.left.splice(0).filter(({ number }) => !this.byNumber.has(number)),
      this.ports,
    );
  }

  /** The engine closes. What is under way goes on, at the next opening, from what is on disk. */
  close(): void {
    this.closed = true;
  }

  /** Gives a map run up, and what runs of it. */
  stop(execution: number, run: number): void {
    const found = this.runs.get(`${execution}:${run}`);
    if (found === undefined || found.over) return;
    found.over = true;
    this.see(found, this.abandon(found, "ABORTED"));
  }

  /** An execution has ended; it may be one of a map run. */
  ended(row: ExecutionRow): void {
    if (row.mapRun === null) return;
    const run = this.byNumber.get(row.mapRun.number);
    if (run === undefined || !run.live.delete(row.number)) return;
    count(run, row);
    this.pump(run);
  }

  private async begin(runner: Runner, command: Start): Promise<void> {
    const { row: parent, state } = runner;
    const { run: pending, branch } = command;
    const planned = JSON.parse(pending.spec) as MapRunSpec;
    const key = `${parent.number}:${pending.id}`;
    // A redrive may come before the end that it takes back has been written.
    await this.runs.get(key)?.closing;
    // And the redriven execution may have been stopped meanwhile: its map run stays as it is.
    if (runner.row.status !== "RUNNING") return;
    const known = this.ports.store.get("mapRuns", pending.arn);
    const row = known ?? this.newRow(parent, command, planned);
    const spec = { ...planned, ...row.changed };
    // One that had ended runs again when its execution has been redriven since; else only its end had not been heard.
    const again = row.status !== "RUNNING" && parent.redriveCount > row.parentRedrives;
    if (row.status === "FAILED" && !again)
      return this.tell(row, {
        kind: "failed",
        error: row.error ?? "",
        ...(row.cause === null ? {} : { cause: row.cause }),
      });
    const run = newRun(this.ports.store, row, spec, parent);
    this.runs.set(key, run);
    this.byNumber.set(row.number, run);
    if (again) await this.redriven(run);
    if (known === undefined)
      await this.ports.store.write([
        { table: "mapRuns", key: row.arn, value: row },
        { table: "mapRunsOf", key: [parent.number, row.number], value: row.arn },
      ]);
    if (run.row.children === null) {
      if (state === null) throw new Error("the execution could not be read back");
      await this.readItems(run, { branch, runner });
    }
    if (this.closed) return;
    takeUp(this.ports.store, run);
    this.pump(run);
  }

  private async redriven(run: Run): Promise<void> {
    const { row } = run;
    const again = { status: "RUNNING", stoppedAt: null, error: null, cause: null } as const;
    const redrivenAt = this.ports.clock.now();
    const parentRedrives = run.parent.redriveCount;
    run.row = { ...row, ...again, redriveCount: row.redriveCount + 1, redrivenAt, parentRedrives };
    await this.ports.store.write([{ table: "mapRuns", key: row.arn, value: run.row }]);
  }

  private newRow(parent: ExecutionRow, command: Start, spec: MapRunSpec): MapRunRow {
    this.lastNumber += 1;
    return newRow(parent, command, spec, { number: this.lastNumber, startedAt: this.ports.clock.now() });
  }

  /** Makes the inputs of the children and keeps them. */
  private async readItems(run: Run, { branch, runner }: { branch: number; runner: Runner }): Promise<void> {
    const { spec, row, inputs } = run;
    const { objects, store } = this.ports;
    await assertDestination(spec, row, objects);
    let items = 0;
    const made = async function* (this: MapRuns): AsyncGenerator<string> {
      for await (const item of itemsOf(spec, objects)) {
        if (run.over || this.closed) return;
        yield await this.inputOf(runner, branch, { index: items, ...item }, spec);
        items += 1;
      }
    }.call(this);
    const children = await inputs.keep(spec.batcher === null ? made : inBatches(made, spec.batcher));
    if (run.over || this.closed) return;
    run.row = { ...run.row, items, children };
    await store.write([{ table: "mapRuns", key: row.arn, value: run.row }]);
  }

  private async inputOf(
    { machine, state }: Runner,
    branch: number,
    item: FoundItem & { index: number },
    { seed }: MapRunSpec,
  ): Promise<string> {
    if (machine === null || state === null) return item.text;
    return childInput(machine, state, branch, item, { seed, settings: this.ports.settings });
  }

  /** Changes the bounds of a map run that is on its way. Resolves once that is on disk. */
  async update(row: MapRunRow, changed: NonNullable<MapRunRow["changed"]>): Promise<void> {
    const run = this.byNumber.get(row.number);
    const now = run?.row ?? row;
    const updated: MapRunRow = { ...now, changed: { ...now.changed, ...changed } };
    if (run !== undefined) {
      run.row = updated;
      run.spec = { ...run.spec, ...changed };
    }
    await this.ports.store.write([{ table: "mapRuns", key: row.arn, value: updated }]);
    if (run !== undefined && run.row.children !== null) this.pump(run);
  }

  /** How many executions and items of a map run there are, by what has become of them. */
  tallies(row: MapRunRow): Tallies {
    const run = this.byNumber.get(row.number);
    if (run !== undefined) {
      const running = { executions: run.live.size, items: 0 };
      for (const { items } of run.live.values()) running.items += items;
      return { ...run.tallies, RUNNING: running };
    }
    return this.counted.of(row);
  }

  /** Starts what there is room for, and ends the run when there is nothing left to wait for. */
  private pump(run: Run): void {
    if (run.over) return;
    if (exceeds(run)) {
      run.over = true;
      const cause = "The specified tolerated failure threshold was exceeded";
      const answer = { kind: "failed", error: "States.ExceedToleratedFailureThreshold", cause } as const;
      this.see(run, this.abandon(run, "FAILED", answer));
      return;
    }
    const children = run.row.children ?? 0;
    const most = Math.min(run.spec.maxConcurrency || MOST_AT_A_TIME, MOST_AT_A_TIME);
    for (let row = run.again[0]; row !== undefined && run.live.size < most; row = run.again[0])
      this.redriveChild(run, row);
    while (run.next < children && run.live.size < most) this.startChild(run);
    if (run.ended < children) return;
    run.over = true;
    this.see(run, this.finish(run));
  }

  private redriveChild(run: Run, row: ExecutionRow): void {
    run.again.shift();
    run.live.set(row.number, { items: row.mapRun?.items ?? 1 });
    this.ports.executions.redrive(row).catch((error: unknown) => this.breakOff(run, error));
  }

  private startChild(run: Run): void {
    const index = run.next;
    run.next += 1;
    const input = run.inputs.get(index);
    const items = itemCount(run.spec, input);
    const number = this.ports.nextNumber();
    run.live.set(number, { items });
    const child = childRow(run, { number, index, items, input, startedAt: this.ports.clock.now() });
    this.ports.executions.start(child).catch((error: unknown) => this.breakOff(run, error));
  }

  /** A child could not be started, by a fault of the engine: there will be no end of it to count. */
  private breakOff(run: Run, error: unknown): void {
    this.report(run.row, error);
    if (run.over || this.closed) return;
    run.over = true;
    this.see(run, this.abandon(run, "FAILED", failureOf(error)));
  }

  /** All children have ended within what is tolerated. */
  private async finish(run: Run): Promise<void> {
    let answer: MapRunAnswer;
    try {
      answer = { kind: "succeeded", output: await this.output(run) };
    } catch (error) {
      answer = failureOf(error);
      if (!(error instanceof StateFailure)) this.report(run.row, error);
    }
    if (this.closed) return;
    await this.closeRun(run, answer.kind === "succeeded" ? "SUCCEEDED" : "FAILED", answer);
    await this.tell(run.row, answer);
  }

  private async output(run: Run): Promise<string> {
    const { store, objects } = this.ports;
    if (!isWritten(run.spec)) return gathered(store, run);
    const output = await writeOut(store, run, objects);
    run.row = { ...run.row, written: true };
    return output;
  }

  /** Ends a map run before its children have. */
  private async abandon(run: Run, status: "FAILED" | "ABORTED", answer?: MapRunAnswer): Promise<void> {
    await Promise.all([...run.live.keys()].map((child) => this.ports.executions.stop(child, {})));
    // What could not be written must not keep the end from being told.
    if (status === "FAILED" && isWritten(run.spec))
      await this.output(run).catch((error: unknown) => this.report(run.row, error));
    await this.closeRun(run, status, answer);
    if (answer !== undefined) await this.tell(run.row, answer);
  }

  private async closeRun(run: Run, status: MapRunRow["status"], answer?: MapRunAnswer): Promise<void> {
    const failed = answer?.kind === "failed" ? { error: answer.error, cause: answer.cause ?? null } : {};
    run.row = { ...run.row, status, stoppedAt: this.ports.clock.now(), ...failed };
    await this.ports.store.write([{ table: "mapRuns", key: run.row.arn, value: run.row }]);
    this.runs.delete(`${run.row.execution}:${run.row.run}`);
    this.byNumber.delete(run.row.number);
  }

  private async tell(row: MapRunRow, answer: MapRunAnswer): Promise<void> {
    await this.ports.executions.mapRunEnded(row.execution, row.branch, row.run, answer);
  }

  /** What goes wrong before there are children. */
  private async fail(parent: ExecutionRow, { run: pending, branch }: Start, error: unknown): Promise<void> {
    const run = this.runs.get(`${parent.number}:${pending.id}`);
    if (this.closed || run?.over === true) return;
    if (!(error instanceof StateFailure)) this.report(pending, error);
    const answer = failureOf(error);
    if (run !== undefined) {
      run.over = true;
      await this.closeRun(run, "FAILED", answer);
    }
    await this.ports.executions.mapRunEnded(parent.number, branch, pending.id, answer);
  }

  /** Sees a piece of work through; a virtual clock does not overtake it. */
  private see(run: Run, work: Promise<void>): void {
    const release = this.ports.clock.hold?.();
    run.closing = work.catch((error: unknown) => this.report(run.row, error)).finally(() => release?.());
  }

  private report({ arn }: { arn: string }, error: unknown): void {
    if (!this.closed) this.ports.logger.error({ err: error, mapRun: arn }, "A map run could not go on");
  }
}
