import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RecordStore, Records } from "../../store/record-store.js";
import type { Faults } from "../faults.js";
import type { WarehouseService } from "../warehouse/service.js";

export type ExecutionStatus = "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

/** An execution as it is kept. */
export interface Execution {
  readonly id: string;
  readonly instanceId: string;
  readonly workflowId: string;
  readonly sql: string;
  /** "2026-10-01T00:00:00Z" */
  readonly window: { readonly start: string; readonly end: string };
  readonly status: ExecutionStatus;
  readonly statusReason: string | null;
  readonly createTime: string;
  readonly lastUpdatedTime: string;
  readonly rows: number;
  readonly parts: readonly string[];
}

/** As many queries compute at a time; the others are pending. */
const mostAtATime = 2;
const queryMs = 600_000;
/** Older ones are forgotten with their results. */
const mostKept = 200;

/** Executions of queries: kept over restarts, and begun again when one came in between. */
export class Executions {
  readonly #records: Records<Execution>;
  readonly #folder: string;
  readonly #warehouse: WarehouseService;
  readonly #faults: Faults;
  readonly #running = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(store: RecordStore, folder: string, warehouse: WarehouseService, faults: Faults) {
    this.#records = store.table<Execution>("executions");
    this.#folder = folder;
    this.#warehouse = warehouse;
    this.#faults = faults;
    for (const one of this.#records.values()) {
      if (one.status === "RUNNING") void this.#records.put(one.id, { ...one, status: "PENDING" });
    }
    this.#next();
  }

  get(instanceId: string, id: string): Execution | null {
    const found = this.#records.get(id);
    return found?.instanceId === instanceId ? found : null;
  }

  /** The newest first. */
  list(instanceId: string): Execution[] {
    return this.#records
      .values()
      .filter((one) => one.instanceId === instanceId)
      .toSorted((a, b) => b.createTime.localeCompare(a.createTime));
  }

  folderOf({ id }: Pick<Execution, "id">): string {
    return join(this.#folder, id);
  }

  async create(given: Pick<Execution, "instanceId" | "workflowId" | "sql" | "window">): Promise<Execution> {
    const now = new Date().toISOString();
    const execution: Execution = {
      ...given,
      ...{ id: randomUUID(), status: "PENDING", statusReason: null, createTime: now, lastUpdatedTime: now },
      ...{ rows: 0, parts: [] },
    };
    await this.#records.put(execution.id, execution);
    await this.#forget();
    this.#next();
    return execution;
  }

  /** @returns false when it is over already. */
  async cancel(execution: Execution): Promise<boolean> {
    if (execution.status !== "PENDING" && execution.status !== "RUNNING") return false;
    await this.#update(execution.id, { status: "CANCELLED", statusReason: "Cancelled by the user." });
    this.#warehouse.cancel(execution.id);
    return true;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #next(): void {
    if (this.#closed || this.#running.size >= mostAtATime) return;
    const pending = this.#records
      .values()
      .filter(({ status, id }) => status === "PENDING" && !this.#running.has(id));
    const [first] = pending.toSorted((a, b) => a.createTime.localeCompare(b.createTime));
    if (!first) return;
    this.#running.add(first.id);
    void this.#run(first).finally(() => {
      this.#running.delete(first.id);
      this.#next();
    });
    this.#next();
  }

  async #run({ id, sql, window }: Execution): Promise<void> {
    await this.#update(id, { status: "RUNNING" });
    await this.#wait(this.#faults.slowMs);
    if (this.#closed || this.#records.get(id)?.status !== "RUNNING") return;
    if (this.#faults.take("failExecutions")) {
      return this.#update(id, {
        status: "FAILED",
        statusReason: "An internal error occurred (ordered by the local cloud).",
      });
    }
    const plain = (time: string) => time.replace("T", " ").replace(/(\.\d+)?Z$/, "");
    const outcome = await this.#warehouse.query({
      ...{ id, sql, partBytes: this.#faults.partBytes, timeoutMs: queryMs, folder: this.folderOf({ id }) },
      window: { start: plain(window.start), end: plain(window.end) },
    });
    // Begun again after a restart rather than failed by it.
    if (this.#closed || this.#records.get(id)?.status !== "RUNNING") return;
    await this.#update(
      id,
      outcome.kind === "done"
        ? { status: "SUCCEEDED", rows: outcome.rows, parts: outcome.parts }
        : { status: "FAILED", statusReason: outcome.message.slice(0, 2_000) },
    );
  }

  async #update(id: string, change: Partial<Execution>): Promise<void> {
    const known = this.#records.get(id);
    if (known)
      await this.#records.put(id, { ...known, ...change, lastUpdatedTime: new Date().toISOString() });
  }

  #wait(milliseconds: number): Promise<void> {
    if (milliseconds === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, milliseconds);
      this.#timers.add(timer);
    });
  }

  async #forget(): Promise<void> {
    const old = this.#records
      .values()
      .toSorted((a, b) => b.createTime.localeCompare(a.createTime))
      .slice(mostKept);
    for (const one of old) {
      await this.#records.remove(one.id);
      await rm(this.folderOf(one), { recursive: true, force: true });
    }
  }
}
