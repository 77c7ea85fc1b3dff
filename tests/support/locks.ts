import type { Database } from "@longhaul/db";
import { expect } from "vitest";

/** Until at least as many statements of a test's database wait for locks of others. */
export async function waitForLocks({ sql }: Database, statements = 1): Promise<void> {
  const waiting = async () =>
    (await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
      .length;
  await expect.poll(waiting).toBeGreaterThanOrEqual(statements);
}
