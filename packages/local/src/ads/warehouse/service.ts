import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machineEnvironment } from "../../env.js";
import type { Logger } from "../../log.js";
import type { DataPlan } from "./data.js";
import type { Column, Order, Report } from "./messages.js";

export type QueryOutcome =
  | { readonly kind: "done"; readonly rows: number; readonly parts: readonly string[] }
  | { readonly kind: "refused"; readonly message: string };

export interface WarehouseOptions {
  readonly folder: string;
  readonly plan: DataPlan;
  readonly logger: Logger;
}

type Query = Omit<Extract<Order, { type: "query" }>, "type">;
type Settle = (outcome: QueryOutcome) => void;

/** The built module, wherever this one is read from. */
const entry = fileURLToPath(new URL("../../../dist/ads/warehouse/worker.js", import.meta.url));
const memory = "768MB";
/** A process without work gives its memory back. */
const idleMs = 60_000;
/** How long a query may take to notice that it is cancelled, before its process is ended. */
const cancelMs = 5_000;

/** The process of the advertising tables: started when first needed, ended when idle, started again when it was lost. */
export class WarehouseService {
  readonly #options: WarehouseOptions;
  readonly #queries = new Map<string, Settle>();
  #columns: Promise<Column[]> | undefined;
  #tellColumns: ((columns: Column[]) => void) | undefined;
  #process: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: WarehouseOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true });
  }

  /** Makes the tables where there are none yet, which takes a while. */
  columns(): Promise<Column[]> {
    this.#columns ??= new Promise<Column[]>((resolve) => {
      this.#tellColumns = resolve;
      this.#send({ type: "columns" });
    });
    return this.#columns;
  }

  query(query: Query): Promise<QueryOutcome> {
    return new Promise((resolve) => {
      this.#queries.set(query.id, resolve);
      this.#send({ type: "query", ...query });
    });
  }

  /** Stops a query: it ends as refused. */
  cancel(id: string): void {
    if (!this.#queries.has(id)) return;
    this.#send({ type: "cancel", id });
    const process = this.#process;
    setTimeout(() => {
      if (this.#queries.has(id) && this.#process === process) process?.kill("SIGKILL");
    }, cancelMs).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const process = this.#process;
    if (!process || process.exitCode !== null) return;
    const gone = new Promise((resolve) => process.once("exit", resolve));
    process.kill("SIGKILL");
    await gone;
  }

  #send(order: Order): void {
    if (this.#closed) return this.#lost("The local cloud is stopping.");
    const process = (this.#process ??= this.#start());
    clearTimeout(this.#idle);
    process.send(order, (error) => {
      if (error)
        this.#options.logger.warn("The advertising tables' process cannot be told anything.", { error });
    });
  }

  #start(): ChildProcess {
    const { folder, plan, logger } = this.#options;
    const child = fork(entry, [], {
      env: machineEnvironment(),
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.on("data", (text: Buffer) => {
      logger.warn("The advertising tables' process says something.", {
        text: text.toString().slice(0, 2_000),
      });
    });
    child.on("message", (report: Report) => this.#hear(report));
    child.on("error", (error) =>
      logger.warn("The advertising tables' process cannot be started.", { error }),
    );
    child.on("exit", () => {
      if (this.#process === child) this.#process = undefined;
      this.#lost("The query's process was lost: it may have needed more memory than it has.");
    });
    const file = join(folder, `tables-2-${plan.seed}-${plan.impressions}.duckdb`);
    child.send({ type: "open", file, plan, memory } satisfies Order);
    return child;
  }

  #hear(report: Report): void {
    if (report.type === "columns") this.#tellColumns?.([...report.columns]);
    if (report.type === "done" || report.type === "refused") {
      const settle = this.#queries.get(report.id);
      this.#queries.delete(report.id);
      settle?.(
        report.type === "done"
          ? { kind: "done", rows: report.rows, parts: report.parts }
          : { kind: "refused", message: report.message },
      );
    }
    if (this.#queries.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#process?.kill(), idleMs).unref();
  }

  /** Ends what waits for a process that is gone. */
  #lost(message: string): void {
    for (const [id, settle] of this.#queries) {
      this.#queries.delete(id);
      settle({ kind: "refused", message });
    }
    this.#columns = undefined;
    this.#tellColumns?.([]);
    this.#tellColumns = undefined;
  }
}
