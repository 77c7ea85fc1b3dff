import type { Logger } from "../ports.js";
import type { ExecutionRow, Store, Write } from "../store/store.js";

/** How many ended executions are left for those who are about to ask how they ended, and are removed at a time. */
const BATCH = 500;

/** Removes what is left of EXPRESS executions some time after they have ended: nobody can ask for them. */
export class ExpressRemains {
  private ended: ExecutionRow[] = [];

  constructor(
    private readonly store: Store,
    private readonly logger: Logger,
  ) {}

  /** An execution has ended. Those of a map run stay: its results are made of them. */
  add(row: ExecutionRow): void {
    if (row.type !== "EXPRESS" || row.mapRun !== null) return;
    this.ended.push(row);
    if (this.ended.length < 2 * BATCH) return;
    this.remove(this.ended.splice(0, BATCH)).catch((error: unknown) =>
      this.logger.warn({ err: error }, "EXPRESS executions that have ended could not be removed"),
    );
  }

  /** Takes up what was left when the process was killed. */
  resume(): void {
    for (const { value: machine } of this.store.range("machines")) {
      if (machine.type !== "EXPRESS") continue;
      const numbers = this.store.range("byMachine", { start: [machine.id, 0], end: [machine.id, Infinity] });
      for (const { key } of numbers) {
        const row = this.store.get("executions", key[1]);
        if (row !== undefined && row.status !== "RUNNING") this.add(row);
      }
    }
  }

  /** Removes all that have ended. */
  async close(): Promise<void> {
    if (this.ended.length > 0) await this.remove(this.ended.splice(0));
  }

  private remove(rows: ExecutionRow[]): Promise<void> {
    return this.store.write(rows.flatMap((row) => this.removal(row)));
  }

  private removal({ number, arn, machineId }: ExecutionRow): Write[] {
    const log = this.store.range("log", { start: [number, 0], end: [number + 1, 0] });
    return [
      { table: "executions", key: number, remove: true },
      { table: "numbers", key: arn, remove: true },
      { table: "byMachine", key: [machineId, number], remove: true },
      ...[...log].map(({ key }): Write => ({ table: "log", key, remove: true })),
    ];
  }
}
