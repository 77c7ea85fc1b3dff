import type { Tx } from "@longhaul/db";

/**
 * What `work` reads of a table within a transaction: scans of the whole table, and rows, by whatever way. Postgres's counts
 * "of this transaction" hold also what the connection read in those before and has not reported yet.
 */
export async function readsOf(tx: Tx, table: string, work: () => Promise<unknown>) {
  const soFar = async () => {
    const [read] = await tx<{ scans: number; rows: number }[]>`
      select seq_scan::integer as scans, (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as rows
      from pg_stat_xact_user_tables where relid = ${table}::regclass`;
    if (!read) throw new Error(`There is no table ${table}.`);
    return read;
  };
  const before = await soFar();
  await work();
  const after = await soFar();
  return { scans: after.scans - before.scans, rows: after.rows - before.rows };
}
