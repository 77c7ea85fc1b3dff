import { randomUUID } from "node:crypto";
import { childInput, type MapRunSpec } from "../core/map-run.js";
import type { Command, MapRunAnswer, Settings } from "../core/turn.js";
import { batchItems } from "../items/batch.js";
import { readItems } from "../items/read.js";
import type { ChildResult } from "../items/results.js";
import { transformedOutput, writerConfig } from "../items/results.js";
import { checkDestination, destinationOf, writeResults } from "../items/write.js";
import { byteLength } from "../json.js";
import { StateFailure } from "../language/failure.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import type { Logger, ObjectStore } from "../ports.js";
import type { ExecutionRow, MapRunRow, Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { Executions, Runner } from "./executions.js";
import { noTallies, type Tallies, tally, tallyStored } from "./map-run-counts.js";

type Start = Extract<Command, { type: "startMapRun" }>;

/** A map run on its way, in memory: what it counts can be counted again from the store. */
interface Run {
  row: MapRunRow;
  spec: MapRunSpec;
  parent: ExecutionRow;
  next: number;
  /** Children that run, by the execution's number. */
  live: Map<number, { items: number }>;
  ended: number;
  failedItems: number;
  /** What has become of those that have ended. */
  tallies: Tallies;
  /** It has been decided how it ends; what still runs is of no use. */
  over: boolean;
  /** Settles when its end is on disk. */
  closing: Promise<unknown> | null;
}

interface Ports {
  store: Store;
  clock: Clock;
  logger: Logger;
  executions: Executions;
  objects: ObjectStore | undefined;
  settings: Settings;
  nextNumber(): number;
}

/** Most executions of one map run at a time where MaxConcurrency gives no less, and most that a piece of items holds. */
const MOST_AT_A_TIME = 1_000;
const MOST_COUNTED = 1_000;
const PIECE_ITEMS = 200;
const PIECE_BYTES = 1024 * 1024;

/** Runs the items of distributed Maps as executions of their own. */
export class MapRuns {
  private readonly runs = new Map<string, Run>();
  private readonly byNumber = new Map<number, Run>();
  /** Counts of map runs that have ended, by number and redrive. */
  private readonly counted = new Map<string, Tallies>();
  private lastNumber = 0;

  constructor(private readonly ports: Ports) {
    for (const { value } of ports.store.range("mapRuns")) this.lastNumber = Math.max(this.lastNumber, value.number);
  }

  /** Begins a map run, or goes on with one after a restart or a redrive. */
  start(runner: Runner, command: Start): void {
    const release = this.ports.clock.hold?.();
    void this.begin(runner, command)
      .catch((error: unknown) => this.fail(runner.row, command, error))
      .finally(() => release?.());
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
    this.count(run, row);
    this.pump(run);
  }

  private async begin(runner: Runner, command: Start): Promise<void> {
    const { row: parent, state } = runner;
    const { run: pending, branch } = command;
    const planned = JSON.parse(pending.spec) as MapRunSpec;
    const key = `${parent.number}:${pending.id}`;
    // A redrive may come before the end that it takes back has been written.
    await this.runs.get(key)?.closing;
    const known = this.ports.store.get("mapRuns", pending.arn);
    const row = known ?? this.newRow(parent, command, planned);
    const spec = { ...planned, ...row.changed };
    // One that had ended runs again when its execution has been redriven since; else only its end had not been heard.
    const again = row.status !== "RUNNING" && parent.redriveCount > row.parentRedrives;
    if (row.status === "FAILED" && !again)
      return this.tell(row, { kind: "failed", error: row.error ?? "", ...(row.cause === null ? {} : { cause: row.cause }) });
    const run = newRun(row, spec, parent);
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
    await this.takeUp(run);
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

  private newRow(parent: ExecutionRow, { run, branch }: Start, spec: MapRunSpec): MapRunRow {
    this.lastNumber += 1;
    return {
      number: this.lastNumber,
      arn: run.arn,
      execution: parent.number,
      executionArn: parent.arn,
      branch,
      run: run.id,
      status: "RUNNING",
      startedAt: this.ports.clock.now(),
      stoppedAt: null,
      maxConcurrency: spec.maxConcurrency,
      toleratedCount: spec.toleratedCount ?? 0,
      toleratedPercentage: spec.toleratedPercentage ?? 0,
      items: null,
      children: null,
      error: null,
      cause: null,
      redriveCount: 0,
      parentRedrives: parent.redriveCount,
    };
  }

  /** Makes the inputs of the children and keeps them: what is read again may be something else. */
  private async readItems(run: Run, { branch, runner }: { branch: number; runner: Runner }): Promise<void> {
    const { spec, row } = run;
    if (spec.writer !== null && this.ports.objects !== undefined) {
      const destination = destinationOf(JSON.parse(spec.writer.parameters), row.arn);
      if (destination.bucket !== "") await checkDestination(this.ports.objects, destination);
    }
    let items = 0;
    const inputs = async function* (this: MapRuns): AsyncGenerator<string> {
      for await (const text of this.source(spec)) {
        yield await this.inputOf(runner, branch, { index: items, text }, spec);
        items += 1;
      }
    }.call(this);
    const children = spec.batcher === null ? inputs : batches(inputs, spec.batcher);
    let piece: string[] = [];
    let pieces = 0;
    let bytes = 0;
    let count = 0;
    const keep = async (): Promise<void> => {
      await this.ports.store.write([{ table: "mapItems", key: [row.number, pieces], value: piece }]);
      pieces += 1;
      piece = [];
      bytes = 0;
    };
    for await (const text of children) {
      piece.push(text);
      count += 1;
      bytes += text.length;
      if (piece.length === PIECE_ITEMS || (bytes > PIECE_BYTES && piece.length === PIECE_ITEMS)) await keep();
    }
    if (piece.length > 0) await keep();
    run.row = { ...run.row, items, children: count };
    await this.ports.store.write([{ table: "mapRuns", key: row.arn, value: run.row }]);
  }

  private async *source(spec: MapRunSpec): AsyncGenerator<string> {
    if (spec.items !== null) {
      yield* spec.items;
      return;
    }
    const { reader } = spec;
    if (reader === null) return;
    if (this.ports.objects === undefined)
      throw new StateFailure(
        "States.ItemReaderFailed",
        "No object store is at hand to read the items from: give the engine `objects`.",
      );
    const items = readItems(this.ports.objects, {
      resource: reader.resource,
      parameters: JSON.parse(reader.parameters),
      config: reader.config,
    });
    for await (const { value } of items) yield JSON.stringify(value);
  }

  private async inputOf(
    { machine, state }: Runner,
    branch: number,
    item: { index: number; text: string },
    { seed }: MapRunSpec,
  ): Promise<string> {
    if (machine === null || state === null) return item.text;
    return childInput(machine, state, branch, item, { seed, settings: this.ports.settings });
  }

  /** Counts what there is of a map run already. */
  private async takeUp(run: Run): Promise<void> {
    const { number } = run.row;
    const known = this.ports.store.range("mapChildren", { start: [number, 0], end: [number + 1, 0] });
    const again: ExecutionRow[] = [];
    for (const { key, value } of [...known]) {
      const row = this.ports.store.get("executions", value);
      if (row === undefined) continue;
      run.next = Math.max(run.next, key[1] + 1);
      // What failed before the redrive is done again; what failed since, before a restart, is not.
      const failed = row.status !== "RUNNING" && row.status !== "SUCCEEDED";
      const redrive =
        failed && row.redriveCount < run.row.redriveCount && (row.stoppedAt ?? 0) <= (run.row.redrivenAt ?? -1);
      if (row.status === "RUNNING" || redrive) run.live.set(value, { items: row.mapRun?.items ?? 1 });
      else this.count(run, row);
      if (redrive) again.push(row);
    }
    // Only now, for the end of any of them starts the next.
    await Promise.all(again.map((row) => this.ports.executions.redrive(row)));
  }

  private count(run: Run, row: ExecutionRow): void {
    run.ended += 1;
    tally(run.tallies, row);
    if (row.status !== "SUCCEEDED") run.failedItems += row.mapRun?.items ?? 1;
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
    const key = `${row.number}:${row.redriveCount}`;
    const known = this.counted.get(key) ?? tallyStored(this.ports.store, row);
    if (row.status === "RUNNING") return known;
    if (this.counted.size >= MOST_COUNTED) this.counted.clear();
    this.counted.set(key, known);
    return known;
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
    while (run.next < children && run.live.size < most) this.startChild(run);
    if (run.ended < children) return;
    run.over = true;
    this.see(run, this.finish(run));
  }

  private startChild(run: Run): void {
    const { parent, spec, row } = run;
    const index = run.next;
    run.next += 1;
    const input = this.itemText(row.number, index);
    const items = spec.batcher === null ? 1 : batchSize(input);
    const number = this.ports.nextNumber();
    run.live.set(number, { items });
    const [, partition, , region, account] = parent.machineArn.split(":");
    const base = `arn:${partition}:states:${region}:${account}`;
    const name = randomUUID();
    const label = `${parent.machineName}/${spec.label}`;
    const child: ExecutionRow = {
      ...parent,
      number,
      name,
      arn: spec.executionType === "EXPRESS" ? `${base}:express:${label}:${name}:${randomUUID()}` : `${base}:execution:${label}:${name}`,
      machineArn: `${base}:stateMachine:${label}`,
      versionArn: null,
      aliasArn: null,
      type: spec.executionType,
      region: spec.region,
      input,
      startedAt: this.ports.clock.now(),
      startedBy: null,
      mapRun: { number: row.number, arn: row.arn, index, items },
      status: "RUNNING",
      stoppedAt: null,
      output: null,
      error: null,
      cause: null,
      redriveCount: 0,
      redrivenAt: null,
    };
    this.ports.executions.start(child).catch((error: unknown) => this.report(run, error));
  }

  private pieces: { run: number; piece: number; texts: string[] } | null = null;

  private itemText(run: number, index: number): string {
    const piece = Math.floor(index / PIECE_ITEMS);
    if (this.pieces === null || this.pieces.run !== run || this.pieces.piece !== piece)
      this.pieces = { run, piece, texts: this.ports.store.get("mapItems", [run, piece]) ?? [] };
    const text = this.pieces.texts[index % PIECE_ITEMS];
    if (text === undefined) throw new Error(`the map run ${run} has no item ${index}`);
    return text;
  }

  /** All children have ended within what is tolerated. */
  private async finish(run: Run): Promise<void> {
    let answer: MapRunAnswer;
    try {
      answer = { kind: "succeeded", output: await this.output(run) };
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error;
      answer = { kind: "failed", error: error.error, cause: error.message };
    }
    await this.close(run, answer.kind === "succeeded" ? "SUCCEEDED" : "FAILED", answer);
    await this.tell(run.row, answer);
  }

  private async output(run: Run): Promise<string> {
    const { spec, row } = run;
    if (spec.writer === null) return this.outputs(run);
    const config = writerConfig(spec.writer.config);
    const parameters: unknown = JSON.parse(spec.writer.parameters);
    const bucketless = spec.writer.parameters === "{}";
    if (bucketless) return transformedOutput([...this.results(run)], config);
    if (this.ports.objects === undefined)
      throw new StateFailure(
        "States.ResultWriterFailed",
        "No object store is at hand to write the results to: give the engine `objects`.",
      );
    const destination = destinationOf(parameters, row.arn);
    const output = JSON.stringify(await writeResults(this.ports.objects, destination, config, this.results(run)));
    run.row = { ...run.row, written: true };
    return output;
  }

  /** The outputs of the children that succeeded, in the order of the items. */
  private outputs(run: Run): string {
    const texts: string[] = [];
    let bytes = 2;
    for (const { status, output } of this.results(run)) {
      if (status !== "SUCCEEDED" || output === undefined) continue;
      bytes += byteLength(output) + 1;
      if (bytes > MAX_PAYLOAD_BYTES + 1)
        throw new StateFailure(
          "States.DataLimitExceeded",
          `The state/task '${run.spec.label}' returned a result with a size exceeding the maximum number of bytes service limit.`,
        );
      texts.push(output);
    }
    return `[${texts.join(",")}]`;
  }

  private *results(run: Run): Generator<ChildResult> {
    const { number, children } = run.row;
    for (let index = 0; index < (children ?? 0); index += 1) {
      const child = this.ports.store.get("mapChildren", [number, index]);
      const row = child === undefined ? undefined : this.ports.store.get("executions", child);
      if (row === undefined) {
        yield { status: "PENDING", input: this.itemText(number, index) };
        continue;
      }
      yield {
        status: row.status === "RUNNING" ? "ABORTED" : row.status,
        input: row.input,
        ...(row.output === null ? {} : { output: row.output }),
        ...(row.error === null ? {} : { error: row.error }),
        ...(row.cause === null ? {} : { cause: row.cause }),
        executionArn: row.arn,
        name: row.name,
        stateMachineArn: row.machineArn,
        startDate: row.startedAt,
        ...(row.stoppedAt === null ? {} : { stopDate: row.stoppedAt }),
        redriveCount: row.redriveCount,
      };
    }
  }

  /** Ends a map run before its children have. */
  private async abandon(run: Run, status: "FAILED" | "ABORTED", answer?: MapRunAnswer): Promise<void> {
    await Promise.all([...run.live.keys()].map((child) => this.ports.executions.stop(child, {})));
    const { writer } = run.spec;
    if (status === "FAILED" && writer !== null && writer.parameters !== "{}" && this.ports.objects !== undefined) {
      const destination = destinationOf(JSON.parse(writer.parameters), run.row.arn);
      await writeResults(this.ports.objects, destination, writerConfig(writer.config), this.results(run));
      run.row = { ...run.row, written: true };
    }
    await this.close(run, status, answer);
    if (answer !== undefined) await this.tell(run.row, answer);
  }

  private async close(run: Run, status: MapRunRow["status"], answer?: MapRunAnswer): Promise<void> {
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
    const known = error instanceof StateFailure;
    if (!known) this.ports.logger.error({ err: error, execution: parent.arn }, "A map run has failed");
    const message = error instanceof Error ? error.message : String(error);
    const answer = { kind: "failed", error: known ? error.error : "States.Runtime", cause: message } as const;
    const run = this.runs.get(`${parent.number}:${pending.id}`);
    if (run !== undefined) {
      run.over = true;
      await this.close(run, "FAILED", answer);
    }
    await this.ports.executions.mapRunEnded(parent.number, branch, pending.id, answer);
  }

  /** Sees a piece of work through; a virtual clock does not overtake it. */
  private see(run: Run, work: Promise<void>): void {
    const release = this.ports.clock.hold?.();
    run.closing = work.catch((error: unknown) => this.report(run, error)).finally(() => release?.());
  }

  private report({ row }: Run, error: unknown): void {
    this.ports.logger.error({ err: error, mapRun: row.arn }, "A map run could not go on");
  }
}

function newRun(row: MapRunRow, spec: MapRunSpec, parent: ExecutionRow): Run {
  const tallies = noTallies();
  const counts = { next: 0, live: new Map<number, { items: number }>(), ended: 0, failedItems: 0, tallies };
  return { row, spec, parent, ...counts, over: false, closing: null };
}

function exceeds({ row, failedItems, spec }: Run): boolean {
  if (failedItems === 0) return false;
  const { toleratedCount, toleratedPercentage } = spec;
  const byCount = toleratedCount !== null && failedItems > toleratedCount;
  const byPercentage =
    toleratedPercentage !== null && (failedItems / (row.items ?? 1)) * 100 > toleratedPercentage;
  return toleratedCount === null && toleratedPercentage === null ? true : byCount || byPercentage;
}

async function* batches(
  inputs: AsyncIterable<string>,
  batcher: NonNullable<MapRunSpec["batcher"]>,
): AsyncGenerator<string> {
  const values = (async function* () {
    for await (const text of inputs) yield JSON.parse(text) as unknown;
  })();
  const options = {
    maxItemsPerBatch: batcher.maxItems ?? undefined,
    maxInputBytesPerBatch: batcher.maxBytes ?? undefined,
    ...(batcher.input === null ? {} : { batchInput: JSON.parse(batcher.input) as unknown }),
  };
  for await (const batch of batchItems(values, options)) yield JSON.stringify(batch);
}

function batchSize(text: string): number {
  return (JSON.parse(text) as { Items: unknown[] }).Items.length;
}
