import { nextReady, type Position } from "../core/state.js";
import type { ExecutionRow, Store } from "../store/store.js";
import type { Recall } from "./recall.js";
import type { Runner } from "./runner.js";

/** The executions in memory: those that something in this process waits for. */
export class Runners {
  private readonly runners = new Map<number, Runner>();

  constructor(
    private readonly store: Store,
    private readonly recall: Recall,
  ) {}

  /** A running execution, read back if it is not in memory. */
  find(execution: number): Runner | undefined {
    return this.runners.get(execution) ?? this.load(execution);
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

  /** Reads a running execution back. */
  load(execution: number): Runner | undefined {
    const { store } = this;
    const row = store.get("executions", execution);
    const saved = store.get("running", execution);
    if (row === undefined || saved === undefined) return undefined;
    const batches = this.recall.log(row);
    const { machine, state, fault } = this.recall.state(row, batches.flat());
    return this.add(row, { machine, state, fault, batches: batches.length, saved });
  }

  /** Keeps an execution in memory. */
  add(
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

  /** What was never on disk is forgotten. */
  drop(runner: Runner): void {
    this.runners.delete(runner.row.number);
  }

  /** Forgets an execution that nothing in this process waits for. */
  settle(runner: Runner): void {
    const { state, row } = runner;
    if (runner.deciding || runner.unsynced > 0 || runner.queue.length > 0) return;
    const ended = row.status !== "RUNNING";
    const asleep = state === null || (state.pending === 0 && nextReady(state) === undefined);
    if ((ended || asleep) && this.runners.get(row.number) === runner) this.runners.delete(row.number);
  }
}
