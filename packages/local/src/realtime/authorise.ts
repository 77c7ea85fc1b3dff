import type postgres from "postgres";
import { becomeCaller, becomeService, type Caller } from "../supabase/caller.js";

export interface Permissions {
  read: boolean;
  write: boolean;
}

/**
 * What the policies on realtime.messages let the caller do on a private topic. As hosted does, a row for
 * the topic is put there, read and inserted as the caller, and everything is rolled back.
 */
export async function authorise(sql: postgres.Sql, caller: Caller, topic: string): Promise<Permissions> {
  const rollback = new Error("rolled back on purpose");
  let permissions: Permissions = { read: false, write: false };
  await sql
    .begin(async (tx) => {
      await tx`select set_config('realtime.topic', ${topic}, true)`;
      const [row] = await tx<{ id: string }[]>`
        insert into realtime.messages (topic, extension, private) values (${topic}, 'broadcast', true) returning id`;
      await becomeCaller(tx, caller);
      const id = row?.id as string;
      const read = await allowed(
        tx,
        async (inner) => (await inner`select from realtime.messages where id = ${id}`).length > 0,
      );
      const write = await allowed(tx, async (inner) => {
        await inner`insert into realtime.messages (topic, extension, private) values (${topic}, 'broadcast', true)`;
        return true;
      });
      await becomeService(tx);
      permissions = { read, write };
      throw rollback;
    })
    .catch((error: unknown) => {
      if (error !== rollback) throw error;
    });
  return permissions;
}

/** A refusal by policy or grant is a no; so is a policy that fails, and then the other question is still asked. */
async function allowed(
  tx: postgres.TransactionSql,
  question: (tx: postgres.TransactionSql) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await tx.savepoint(question);
  } catch {
    return false;
  }
}
