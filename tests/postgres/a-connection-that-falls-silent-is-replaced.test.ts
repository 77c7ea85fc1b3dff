import { asDispatcher, connect } from "@longhaul/db";
import { createTestDatabase, type TestDatabase } from "@longhaul/local/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { layWire } from "../api/cuttable-wire.js";

// As after a failover, or when a network forgets the connections of an instance that was frozen: nobody says goodbye.

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function pool(silentMs: number) {
  const wire = await layWire(database.dispatcherUrl);
  const target = new URL(database.dispatcherUrl);
  target.port = new URL(wire.url).port;
  const db = connect(target.href, { max: 1, silentMs });
  return Object.assign(db, {
    wire,
    async [Symbol.asyncDispose]() {
      await db.close();
      await wire.close();
    },
  });
}

const one = [{ one: 1 }];

it("fails the query that waits for it, and the next goes by a new one", async () => {
  await using db = await pool(300);
  expect(await db.sql`select 1 as one`).toEqual(one);
  db.wire.hush();
  await expect(db.sql`select 1 as one`).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  expect(await db.sql`select 1 as one`).toEqual(one);
});

it("fails a transaction, and the next goes by a new one", async () => {
  await using db = await pool(300);
  const lost = asDispatcher(db, async (tx) => {
    db.wire.hush();
    await tx`select 1 as one`;
  });
  await expect(lost).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  expect(await asDispatcher(db, (tx) => tx`select 1 as one`)).toEqual(one);
});

it("closes one that nobody uses, and the next query has another", async () => {
  await using db = await pool(50);
  const sessions = async () => {
    const admin = connect(database.adminUrl, { max: 1 });
    const [row] = await admin.sql<{ count: number }[]>`
      select count(*)::int from pg_stat_activity where datname = ${database.name} and usename = 'longhaul_dispatcher'`;
    await admin.close();
    return row?.count;
  };
  expect(await db.sql`select 1 as one`).toEqual(one);
  await expect.poll(sessions).toBe(0);
  expect(await db.sql`select 1 as one`).toEqual(one);
});
