/** What the query's author did wrong, in DuckDB's words or ours. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}
