import { existsSync, renameSync, rmSync } from "node:fs";
import {
  type DuckDBConnection,
  DuckDBInstance,
  JsonDuckDBValueConverter,
  StatementType,
} from "@duckdb/node-api";
import { CsvParts } from "./csv-parts.js";
import { type DataPlan, dataStatements, timeColumns } from "./data.js";
import type { Column, Order } from "./messages.js";

/** What the query's author did wrong, in DuckDB's words or ours. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

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
    const settings = { access_mode: "READ_ONLY", enable_external_access: "false", threads: "2" };
    const database = await DuckDBInstance.create(file, { ...settings, memory_limit: memory });
    const connection = await database.connect();
    await connection.run("set lock_configuration = true");
    connection.closeSync();
    return new Warehouse(database);
  }

  async columns(): Promise<Column[]> {
    const connection = await this.#database.connect();
    try {
      const reader = await connection.runAndReadAll(
        `select table_name, column_name, data_type from information_schema.columns
         where table_schema = 'main' order by table_name, ordinal_position`,
      );
      return (reader.getRowsJson() as [string, string, string][]).flatMap(([table, name, type]) =>
        table in timeColumns ? [{ table, name, type }] : [],
      );
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
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw new QueryError("A workflow is one SELECT statement.");
  for (const statement of preparations(await catalogOf(connection), start, end))
    await connection.run(statement);
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
    await parts.write(chunk.convertRows(JsonDuckDBValueConverter));
  }
  await parts.close();
  return { rows, parts: parts.names };
}

/** Views of the same names stand in the temporary catalog: the tables are named with theirs. */
async function catalogOf(connection: DuckDBConnection): Promise<string> {
  const reader = await connection.runAndReadAll("select current_database()");
  return reader.getRowsJson()[0]?.[0] as string;
}

/** The tables as the time window shows them, and functions of AMC's SQL that DuckDB has under other names. */
function preparations(catalog: string, start: string, end: string): string[] {
  const views = Object.entries(timeColumns).map(
    ([table, column]) =>
      `create temp view ${table} as select * from "${catalog}".main.${table}
       where ${column} >= timestamp '${start}' and ${column} < timestamp '${end}'`,
  );
  return [
    ...views,
    `create temp macro BUILT_IN_PARAMETER(name) as case upper(name)
       when 'TIME_WINDOW_START' then timestamp '${start}' when 'TIME_WINDOW_END' then timestamp '${end}' end`,
    "create temp macro SECONDS_BETWEEN(a, b) as date_diff('second', a, b)",
    "create temp macro MINUTES_BETWEEN(a, b) as date_diff('minute', a, b)",
    "create temp macro HOURS_BETWEEN(a, b) as date_diff('hour', a, b)",
    "create temp macro SIZE(items) as len(items)",
    "create temp macro COLLECT(value) as list(value)",
    "create temp macro COLLECT_SET(value) as list(distinct value)",
  ];
}
