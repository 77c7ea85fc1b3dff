import { type ContractTarget, contractTarget, onRealProject } from "@longhaul/local/testing";
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientOf, type SignedIn, serviceClientOf, signUp } from "../auth/clients.js";

const prefix = `contract-${crypto.randomUUID()}`;
let target: ContractTarget;
let sql: postgres.Sql;
let owner: SignedIn;
let stranger: SignedIn;
const clients: SupabaseClient[] = [];

beforeAll(async () => {
  target = await contractTarget();
  sql = postgres(target.databaseUrl, { max: 1 });
  // A person reads `<prefix>:<their id>:...` and writes to those of them that end with ":open".
  const own = `realtime.topic() like '${prefix}:' || auth.uid() || ':%'`;
  await sql.unsafe(`
    create policy "${prefix} read" on realtime.messages for select to authenticated
    using (extension = 'broadcast' and ${own})`);
  await sql.unsafe(`
    create policy "${prefix} write" on realtime.messages for insert to authenticated
    with check (extension = 'broadcast' and ${own} and realtime.topic() like '%:open')`);
  [owner, stranger] = [await signUp(target), await signUp(target)];
});
afterAll(async () => {
  await sql.unsafe(`drop policy "${prefix} read" on realtime.messages`);
  await sql.unsafe(`drop policy "${prefix} write" on realtime.messages`);
  await sql.end();
  await target.close();
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.removeAllChannels();
    await client.realtime.disconnect();
  }
});

async function connect(user?: SignedIn): Promise<SupabaseClient> {
  const client = clientOf(target);
  clients.push(client);
  if (user) {
    const { error } = await client.auth.setSession({
      access_token: user.accessToken,
      refresh_token: user.refreshToken,
    });
    if (error) throw error;
  }
  return client;
}

interface Joined {
  channel: RealtimeChannel;
  messages: { event: string; payload: Record<string, unknown>; meta?: { id: string; replayed?: boolean } }[];
  system: { status: string; message: string; extension: string }[];
  statuses: string[];
  error: Error | undefined;
}

/** Joins a topic and waits for the answer, whatever it is. */
function join(client: SupabaseClient, topic: string, config: Record<string, unknown> = {}): Promise<Joined> {
  const channel = client.channel(topic, { config: { private: true, ...config } });
  const joined: Joined = { channel, messages: [], system: [], statuses: [], error: undefined };
  channel.on("broadcast", { event: "*" }, (message) => joined.messages.push(message as never));
  channel.on("system", {}, (message) => joined.system.push(message as never));
  return new Promise((resolve) => {
    channel.subscribe((status, error) => {
      joined.statuses.push(status);
      joined.error ??= error;
      resolve(joined);
    });
  });
}

async function sendFromDatabase(
  topic: string,
  event: string,
  payload: Record<string, unknown>,
  isPrivate = true,
): Promise<void> {
  await sql`select realtime.send(${sql.json(payload as never)}, ${event}, ${topic}, ${isPrivate})`;
}

let topic: string;
beforeEach(() => {
  topic = `${prefix}:${owner.id}:${crypto.randomUUID()}:open`;
});

describe("joining", () => {
  it("is for those whom the policies let read the topic", async () => {
    expect((await join(await connect(owner), topic)).statuses).toEqual(["SUBSCRIBED"]);
    for (const client of [await connect(stranger), await connect()]) {
      const refused = await join(client, topic);
      expect(refused.statuses).toEqual(["CHANNEL_ERROR"]);
      expect(refused.error?.message).toContain(
        `You do not have permissions to read from this Channel topic: ${topic}`,
      );
    }
  });

  it("does not bind the service role", async () => {
    const service = serviceClientOf(target);
    clients.push(service);
    expect((await join(service, `${prefix}:anything`)).statuses).toEqual(["SUBSCRIBED"]);
  });

  it("is refused to a token that was not made here", async () => {
    const client = clientOf(target);
    clients.push(client);
    await client.realtime.setAuth(`${owner.accessToken.slice(0, -6)}AAAAAA`);
    expect((await join(client, topic)).statuses).toEqual(["CHANNEL_ERROR"]);
  });

  it.skipIf(onRealProject)("is refused with its name for what is not implemented", async () => {
    const client = await connect(owner);
    const presence = await join(client, topic, { presence: { enabled: true } });
    expect(presence.error?.message).toContain("does not implement presence");
    const changes = client.channel(`${topic}:changes`, { config: { private: true } });
    changes.on("postgres_changes", { event: "*", schema: "public", table: "t" }, () => {});
    const error = await new Promise<Error | undefined>((resolve) =>
      changes.subscribe((_, reason) => resolve(reason)),
    );
    expect(error?.message).toContain("does not implement postgres_changes");
  });
});

describe("messages from the database", () => {
  it("arrive in the order of their commits, on their topic only", async () => {
    const client = await connect(owner);
    const joined = await join(client, topic);
    const other = await join(client, `${topic}:open`);
    for (const n of [1, 2, 3]) await sendFromDatabase(topic, "runs", { n });
    await expect.poll(() => joined.messages.length).toBe(3);
    expect(joined.messages.map(({ event, payload }) => [event, payload.n])).toEqual(
      [1, 2, 3].map((n) => ["runs", n]),
    );
    expect(joined.messages[0]?.payload.id).toEqual(expect.any(String));
    expect(other.messages).toEqual([]);
  });

  it("of a transaction that is rolled back never arrive, and large ones do", async () => {
    const joined = await join(await connect(owner), topic);
    await sql
      .begin(async (tx) => {
        await tx`select realtime.send('{"n": 0}', 'runs', ${topic}, true)`;
        throw new Error("changed my mind");
      })
      .catch(() => {});
    // A notification of Postgres holds 8 kB; a message may be larger.
    await sendFromDatabase(topic, "runs", { text: "x".repeat(20_000) });
    await expect.poll(() => joined.messages.length).toBe(1);
    expect(String(joined.messages[0]?.payload.text)).toHaveLength(20_000);
  });

  it("reach everyone on the topic", async () => {
    const all = [await join(await connect(owner), topic), await join(await connect(owner), topic)];
    await sendFromDatabase(topic, "runs", { n: 1 });
    for (const joined of all) await expect.poll(() => joined.messages.length).toBe(1);
  });

  it("keep private and public channels of one name apart", async () => {
    const client = await connect(owner);
    const open = await join(client, topic, { private: false });
    const closed = await join(await connect(owner), topic);
    await sendFromDatabase(topic, "public", { n: 1 }, false);
    await sendFromDatabase(topic, "private", { n: 2 }, true);
    await expect.poll(() => [open.messages.length, closed.messages.length]).toEqual([1, 1]);
    expect([open.messages[0]?.event, closed.messages[0]?.event]).toEqual(["public", "private"]);
  });

  it("are replayed to who comes later and asks for them", async () => {
    const since = Date.now() - 60_000;
    for (const n of [1, 2, 3]) await sendFromDatabase(topic, "runs", { n });
    const joined = await join(await connect(owner), topic, { broadcast: { replay: { since, limit: 2 } } });
    await expect.poll(() => joined.messages.length).toBe(2);
    expect(joined.messages.map(({ payload, meta }) => [payload.n, meta?.replayed])).toEqual([
      [2, true],
      [3, true],
    ]);
  });
});

describe("messages from clients", () => {
  it("reach the others, and the sender when it asked for its own", async () => {
    const quiet = await join(await connect(owner), topic);
    const loud = await join(await connect(owner), topic, { broadcast: { self: true, ack: true } });
    const sent = await loud.channel.send({
      type: "broadcast",
      event: "typing",
      payload: { who: "Zoë", list: [1, 2] },
    });
    expect(sent).toBe("ok");
    await expect.poll(() => [quiet.messages.length, loud.messages.length]).toEqual([1, 1]);
    expect(quiet.messages[0]).toMatchObject({ event: "typing", payload: { who: "Zoë", list: [1, 2] } });
    await quiet.channel.send({ type: "broadcast", event: "typing", payload: { who: "quiet" } });
    await expect.poll(() => loud.messages.length).toBe(2);
    expect(quiet.messages).toHaveLength(1);
  });

  it("carry bytes as they are", async () => {
    const [one, two] = [await join(await connect(owner), topic), await join(await connect(owner), topic)];
    await one.channel.send({
      type: "broadcast",
      event: "bytes",
      payload: Uint8Array.from([0, 255, 7]).buffer,
    });
    await expect.poll(() => two.messages.length).toBe(1);
    expect([...new Uint8Array(two.messages[0]?.payload as unknown as ArrayBuffer)]).toEqual([0, 255, 7]);
  });

  it("are not passed on where the policies let read only", async () => {
    const readOnly = `${prefix}:${owner.id}:read-only`;
    const listener = await join(await connect(owner), readOnly);
    const writer = await join(await connect(owner), readOnly, { broadcast: { ack: true } });
    const sent = await writer.channel.send({ type: "broadcast", event: "e", payload: {} }, { timeout: 1500 });
    expect(sent).not.toBe("ok");
    await sendFromDatabase(readOnly, "last", {});
    await expect.poll(() => listener.messages.map(({ event }) => event)).toEqual(["last"]);
  });

  it("may come over HTTP, under the same policies", async () => {
    const joined = await join(await connect(owner), topic);
    const post = (token: string, event: string) =>
      fetch(`${target.url}/realtime/v1/api/broadcast`, {
        method: "POST",
        headers: {
          apikey: target.anonKey,
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ messages: [{ topic, event, payload: { n: 1 }, private: true }] }),
      });
    await post(stranger.accessToken, "from a stranger");
    expect((await post(owner.accessToken, "from the owner")).status).toBe(202);
    await expect.poll(() => joined.messages.map(({ event }) => event)).toEqual(["from the owner"]);
    const single = (await connect(owner)).channel(topic, { config: { private: true } });
    await single.httpSend("one", { n: 2 });
    await expect.poll(() => joined.messages.map(({ event }) => event)).toEqual(["from the owner", "one"]);
  });
});

describe("a channel", () => {
  it("that was left gets nothing more, and can be joined again", async () => {
    const client = await connect(owner);
    const left = await join(client, topic);
    await client.removeChannel(left.channel);
    const again = await join(client, topic);
    await sendFromDatabase(topic, "runs", { n: 1 });
    await expect.poll(() => again.messages.length).toBe(1);
    expect(left.messages).toEqual([]);
  });

  it("is closed when a newer token may not read it any more", async () => {
    const client = await connect(owner);
    const joined = await join(client, topic);
    await client.realtime.setAuth(stranger.accessToken);
    await expect.poll(() => joined.statuses.at(-1)).toBe("CLOSED");
    expect(joined.system.at(-1)).toMatchObject({ status: "error", extension: "system" });
  });
});
