import type { Branch } from "../core/state.js";
import type { Settings } from "../core/turn.js";
import type { Store } from "../store/store.js";
import type { Executions } from "./executions.js";

/** A state that goes on by itself at a moment. */
export interface WaitingState {
  readonly executionArn: string;
  readonly stateName: string;
  /** A Wait state, or a state that is tried again after a delay. */
  readonly kind: "wait" | "retry";
  /** In ms since 1970. */
  readonly until: number;
}

/** Executions that are read back and go on at the same time. */
const AT_ONCE = 100;

/** What waits, for those who do not want to: developers, and tests of what comes after a month. */
export class Waits {
  constructor(
    private readonly store: Store,
    private readonly executions: Executions,
    private readonly settings: Settings,
  ) {}

  /** Factor for Waits and the delays of retries that begin from now on; what waits already keeps its moment. */
  get scale(): number {
    return this.settings.waitScale;
  }

  /** @throws RangeError unless it is a number from 0 to 1,000,000 */
  set scale(factor: number) {
    if (!(factor >= 0 && factor <= 1_000_000)) throw new RangeError("A scale is a number from 0 to 1000000");
    this.settings.waitScale = factor;
  }

  /** What waits, at most `limit` states, those of older executions first. */
  list(limit: number): WaitingState[] {
    const found: WaitingState[] = [];
    for (const { key } of this.store.range("running")) {
      if (found.length >= limit) break;
      found.push(...this.of(key));
    }
    return found.slice(0, limit);
  }

  /**
   * Lets executions go on from whatever they wait for now: Waits and delays of retries; not timeouts, nor tasks that wait
   * for their answer.
   *
   * @param isMeant which executions, with the items of their distributed Maps; without it, all.
   * @returns how many executions have gone on, once that is on disk
   */
  async skip(isMeant?: (executionArn: string) => boolean): Promise<number> {
    const running = [...this.store.range("running")].map(({ key }) => key);
    const chosen =
      isMeant === undefined ? running : running.filter((execution) => this.arnsOf(execution).some(isMeant));
    let count = 0;
    for (let from = 0; from < chosen.length; from += AT_ONCE) {
      const some = chosen.slice(from, from + AT_ONCE);
      const skipped = await Promise.all(some.map((execution) => this.executions.skipWaits(execution)));
      count += skipped.filter(Boolean).length;
    }
    return count;
  }

  /** An execution's ARN and, for an item of a distributed Map, those of the executions above it. */
  private arnsOf(execution: number): string[] {
    const row = this.store.get("executions", execution);
    if (row === undefined) return [];
    const above = row.mapRun && this.store.get("mapRuns", row.mapRun.arn);
    return [row.arn, ...(above ? this.arnsOf(above.execution) : [])];
  }

  private of(execution: number): WaitingState[] {
    const runner = this.executions.runners.find(execution);
    if (runner === undefined) return [];
    const { arn: executionArn } = runner.row;
    const waiting = [...(runner.state?.branches.values() ?? [])].flatMap(({ position }: Branch) =>
      position.kind === "wait" || position.kind === "retry"
        ? [{ executionArn, stateName: position.visit.state, kind: position.kind, until: position.until }]
        : [],
    );
    // Looking at one that sleeps does not keep it awake.
    this.executions.runners.settle(runner);
    return waiting;
  }
}
