import { existsSync, renameSync, rmSync } from "node:fs";
import {
  type DuckDBConnection,
  DuckDBInstance,
  JsonDuckDBValueConverter,
  StatementType,
} from "@duckdb/node-api";
import { type SeenTable, toDuckDb } from "./amc-sql.js";
import { CsvParts } from "./csv-parts.js";
import { type DataPlan, dataStatements, tables, userIdPattern } from "./data.js";
import type { Column, Order } from "./messages.js";
import { QueryError } from "./query-error.js";

/**
 * The advertising tables in DuckDB. They are made when there are none yet; queries then see them read-only, with nothing
 * of the file system, the network or the settings.
 */
export class Warehouse {
  readonly #database: DuckDBInstance;
  readonly #running = new Map<string, DuckDBConnection>();

  private constructor(database: DuckDBInstance) {
    this.#database = database;
  }

  static async open(file: string, plan: DataPlan, memory: string): Promise<Warehouse> {
    if (!existsSync(file)) await make(file, plan, memory);
    const closed = {
      access_mode: "READ_ONLY",
      enable_external_access: "false",
      // Of functions that it has not it would look for extensions, on the disk and in the network.
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    };
    const settings = { ...closed, threads: "2", memory_limit: memory };
    const database = await DuckDBInstance.create(file, settings);
    const connection = await database.connect();
    await connection.run("set lock_configuration = true");
    connection.closeSync();
    return new Warehouse(database);
  }

  async columns(): Promise<Column[]> {
    const connection = await this.#database.connect();
    try {
      const columns: Column[] = [];
      for (const [table, { select }] of Object.entries(seenTables(await catalogOf(connection)))) {
        const result = await connection.run(`${select("now()::timestamp", "now()::timestamp")} limit 0`);
        const types = result.columnTypes();
        columns.push(...result.columnNames().map((name, i) => ({ table, name, type: String(types[i]) })));
      }
      return columns;
    } finally {
      connection.closeSync();
    }
  }

  /** Runs one SELECT into CSV parts. @throws QueryError */
  async query(order: Extract<Order, { type: "query" }>): Promise<{ rows: number; parts: string[] }> {
    const connection = await this.#database.connect();
    this.#running.set(order.id, connection);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      connection.interrupt();
    }, order.timeoutMs);
    try {
      return await run(connection, order);
    } catch (error) {
      if (late)
        throw new QueryError(`The query was stopped: it ran for more than ${order.timeoutMs / 1_000} s.`);
      if (error instanceof QueryError) throw error;
      throw new QueryError(error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
      this.#running.delete(order.id);
      connection.closeSync();
    }
  }

  cancel(id: string): void {
    this.#running.get(id)?.interrupt();
  }
}

/** Made beside its place and moved there whole: a kill in between leaves none. */
async function make(file: string, plan: DataPlan, memory: string): Promise<void> {
  const draft = `${file}.new`;
  for (const suffix of ["", ".wal"]) rmSync(`${draft}${suffix}`, { force: true });
  const database = await DuckDBInstance.create(draft, { threads: "2", memory_limit: memory });
  const connection = await database.connect();
  for (const statement of dataStatements(plan)) await connection.run(statement);
  await connection.run("checkpoint");
  connection.closeSync();
  database.closeSync();
  renameSync(draft, file);
}

async function run(
  connection: DuckDBConnection,
  { sql, window: { start, end }, folder, partBytes }: Extract<Order, { type: "query" }>,
): Promise<{ rows: number; parts: string[] }> {
  const catalog = await catalogOf(connection);
  const seen = seenTables(catalog);
  const statements = await connection.extractStatements(
    toDuckDb(sql, { tables: seen, window: { start, end } }),
  );
  if (statements.count !== 1) throw new QueryError("A workflow is one SELECT statement.");
  for (const [name, table] of Object.entries(seen)) {
    const rows = table.select(`timestamp '${start}'`, `timestamp '${end}'`);
    await connection.run(`create temp view ${name} as ${rows}`);
  }
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT)
    throw new QueryError("A workflow is one SELECT statement.");
  if (statement.parameterCount > 0) throw new QueryError("The query has parameters without values.");
  const result = await statement.stream();
  const parts = new CsvParts(folder, result.deduplicatedColumnNames(), partBytes);
  let rows = 0;
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    rows += chunk.rowCount;
    const values = chunk.convertRows(JsonDuckDBValueConverter);
    if (values.some(holdsUserId)) throw new QueryError(userIdSentence);
    await parts.write(values);
  }
  await parts.close();
  return { rows, parts: parts.names };
}

/** Views of the same names stand in the temporary catalog: the tables are named with theirs. */
async function catalogOf(connection: DuckDBConnection): Promise<string> {
  const reader = await connection.runAndReadAll("select current_database()");
  return reader.getRowsJson()[0]?.[0] as string;
}

function seenTables(catalog: string): Record<string, SeenTable> {
  return Object.fromEntries(
    Object.entries(tables).map(([name, { rows, time, more }]) => {
      const select = (start: string, end: string) =>
        `select *, ${more.join(", ")} from "${catalog}".main.${rows} where ${time} >= ${start} and ${time} < ${end}`;
      return [name, { select }];
    }),
  );
}

const userIdSentence =
  "The result holds values of user_id, whose aggregation threshold is VERY_HIGH: they never leave AMC. Count them, COUNT(DISTINCT user_id), or leave them out of the last SELECT.";

function holdsUserId(value: unknown): boolean {
  if (typeof value === "string") return userIdPattern.test(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUserId);
}
