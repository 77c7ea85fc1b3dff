import { once } from "node:events";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { asCaller, asDispatcher, connect, type Database, type Tx } from "@longhaul/db";
import { createTestDatabase, type TestDatabase } from "@longhaul/local/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { layWire } from "../api/cuttable-wire.js";

// What is held here lies in patches/postgres@3.4.9.patch: without it the first of these ends the process.

let database: TestDatabase;
let admin: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = connect(database.adminUrl, { max: 2 });
});
afterAll(async () => {
  await admin.close();
  await database[Symbol.asyncDispose]();
});

const terminate = (pid: number) => admin.sql`select pg_terminate_backend(${pid}, 5000)`;
const pidIn = async (sql: Tx) => (await sql`select pg_backend_pid() as pid`)[0]!.pid as number;
const pool = (url: string, max = 1) => {
  const db = connect(url, { max });
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.close() });
};
/** Longer than every turn of the event loop that a buffered write or a closing socket takes. */
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

it("fails a transaction whose connection is ended while it works, and goes on with a new one", async () => {
  await using db = pool(database.dispatcherUrl);
  for (let time = 0; time < 5; time++) {
    const lost = asDispatcher(db, async (tx) => {
      const sleeping = tx`select pg_sleep(60)`;
      const [row] = await admin.sql`
        select pid from pg_stat_activity where datname = ${database.name} and usename = 'longhaul_dispatcher'`;
      sleeping.catch(() => {});
      await terminate(row!.pid as number);
      await sleeping;
    });
    await expect(lost).rejects.toThrow(/terminating connection|CONNECTION_CLOSED/);
    await turns(5);
    expect(await asDispatcher(db, (tx) => tx`select 1 as one`)).toEqual([{ one: 1 }]);
  }
});

it("fails what a dead transaction still asks, and never asks it in another's", async () => {
  await using db = pool(database.url("postgres"));
  await admin.sql`create table public.written (who text)`;
  await admin.sql`grant all on public.written to postgres`;
  let second!: () => void;
  const secondIsOpen = new Promise<void>((resolve) => (second = resolve));
  let first!: () => void;
  const firstHasAsked = new Promise<void>((resolve) => (first = resolve));
  let late: Promise<unknown> = Promise.resolve();
  const dead = db.sql.begin(async (tx) => {
    await terminate(await pidIn(tx));
    await secondIsOpen;
    late = (async () => await tx`insert into public.written values ('the dead one')`)();
    late.catch(() => {});
    await turns(3);
    first();
    await late;
  });
  dead.catch(() => {});
  await expect(dead).rejects.toThrow(/CONNECTION_CLOSED|terminating connection/);
  await db.sql.begin(async (tx) => {
    await tx`insert into public.written values ('the living one')`;
    second();
    await firstHasAsked;
  });
  await expect(late).rejects.toThrow(/CONNECTION_CLOSED/);
  expect(await admin.sql`select who from public.written`).toEqual([{ who: "the living one" }]);
});

it("survives a wire that is cut under many queries, at every moment of them", async () => {
  const wire = await layWire(database.workerUrl);
  const target = new URL(database.workerUrl);
  target.port = new URL(wire.url).port;
  await using db = pool(target.href, 3);
  for (let round = 0; round < 40; round++) {
    const asked = Array.from({ length: 30 }, (_, index) =>
      index % 3 === 0
        ? db.sql.begin(async (tx) => {
            await tx`select ${index}::int`;
            await tx`select ${index}::int + 1`;
          })
        : db.sql`select ${index}::int`,
    );
    const settled = Promise.allSettled(asked);
    await turns(round);
    wire.cut();
    await settled;
  }
  expect(await db.sql`select 1 as one`).toEqual([{ one: 1 }]);
  await wire.close();
});

/** What Postgres says to a session that it ends. Source: its protocol, "ErrorResponse". */
function farewell(): Buffer {
  const fields = Buffer.from(
    "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0",
  );
  const head = Buffer.from("E....");
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}

it("asks by a new connection when one is ended while it still learns the types", async () => {
  const { hostname, port } = new URL(database.dispatcherUrl);
  let ended = 0;
  const between = createServer((client) => {
    const server = createConnection(Number(port), hostname);
    server.on("data", (data) => client.write(data));
    client.on("data", (data) => {
      if (ended > 0 || !data.includes("typarray")) return void server.write(data);
      ended += 1;
      server.destroy();
      client.end(farewell());
    });
    for (const [one, other] of [[client, server] as const, [server, client] as const]) {
      one.on("error", () => {});
      one.on("close", () => other.end());
    }
  });
  await once(between.listen(0, "127.0.0.1"), "listening");
  const target = new URL(database.dispatcherUrl);
  target.hostname = "127.0.0.1";
  target.port = String((between.address() as AddressInfo).port);
  {
    await using db = pool(target.href);
    expect(await db.sql`select ${["a", "b"]}::text[] as two`).toEqual([{ two: ["a", "b"] }]);
  }
  expect(ended).toBe(1);
  between.close();
});

/** Takes connections and ends each before a word was said, as a pooler does that has just started. */
async function speechless() {
  let come = () => {};
  let connections = 0;
  const server = createServer((client) => {
    client.on("error", () => {});
    connections += 1;
    if (connections === 100) come();
    client.end();
  });
  const hundredth = new Promise<void>((resolve) => (come = resolve));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `postgres://nobody:none@127.0.0.1:${port}/none`,
    hundredth,
    count: () => connections,
  };
}

it("waits longer each time where every connection is ended before its greeting, and then gives up", async () => {
  const { server, url, hundredth, count } = await speechless();
  const waits: number[] = [];
  const backoff = (times: number) => {
    waits.push(times);
    return 0.001;
  };
  const sql = postgres(url, { max: 1, backoff });
  const outcome = () =>
    Promise.race([
      sql`select 1`.then(
        () => "answered",
        ({ code }: { code: string }) => code,
      ),
      hundredth.then(() => "asks for ever"),
    ]);
  expect(await outcome()).toBe("CONNECTION_CLOSED");
  const first = count();
  expect(first).toBeLessThan(10);
  expect(waits.slice(0, first - 1)).toEqual(Array.from({ length: first - 1 }, (_, times) => times));
  // The next query is as patient.
  expect(await outcome()).toBe("CONNECTION_CLOSED");
  expect(count()).toBe(2 * first);
  await sql.end({ timeout: 1 });
  server.close();
});

it("asks nobody any more once it was ended while it waited", async () => {
  const { server, url, count } = await speechless();
  let waiting = () => {};
  const waits = new Promise<void>((resolve) => (waiting = resolve));
  const sql = postgres(url, {
    max: 1,
    backoff: () => {
      waiting();
      return 0.2;
    },
  });
  const asked = sql`select 1`.execute();
  await Promise.race([waits, asked]);
  await sql.end({ timeout: 0 });
  await expect(asked).rejects.toThrow(/CONNECTION_DESTROYED|CONNECTION_ENDED/);
  const ended = count();
  // Longer than the wait that was under way.
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(count()).toBe(ended);
  server.close();
});

it("comes through once connections are greeted again", async () => {
  const { hostname, port } = new URL(database.dispatcherUrl);
  let come = 0;
  const between = createServer((client) => {
    come += 1;
    client.on("error", () => {});
    if (come <= 3) return void client.end();
    const server = createConnection(Number(port), hostname);
    server.on("error", () => {});
    client.pipe(server).pipe(client);
  });
  await once(between.listen(0, "127.0.0.1"), "listening");
  const target = new URL(database.dispatcherUrl);
  target.hostname = "127.0.0.1";
  target.port = String((between.address() as AddressInfo).port);
  {
    await using db = pool(target.href);
    expect(await db.sql`select ${["a"]}::text[] as one`).toEqual([{ one: ["a"] }]);
  }
  expect(come).toBe(4);
  between.close();
});

it("lets a process that freezes within a transaction keep what it has locked for ten seconds at most", async () => {
  const caller = { userId: "00000000-0000-4000-8000-000000000001", claims: {} };
  const idle = (tx: Tx) => tx`select current_setting('idle_in_transaction_session_timeout') as idle`;
  await using api = pool(database.apiUrl);
  await using dispatcher = pool(database.dispatcherUrl);
  expect(await asCaller(api, caller, idle)).toEqual([{ idle: "10s" }]);
  expect(await asDispatcher(dispatcher, idle)).toEqual([{ idle: "10s" }]);
  // As a pooler hands the session on: with nothing of it left.
  expect(await api.sql`select current_setting('idle_in_transaction_session_timeout') as idle`).toEqual([
    { idle: "0" },
  ]);
});
