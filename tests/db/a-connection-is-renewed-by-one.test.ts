import { randomUUID } from "node:crypto";
import {
  ConnectionError,
  type ConnectionStore,
  createAccessTokens,
  createSealing,
  parseKeyRing,
  purposeOf,
  type TokenAnswer,
} from "@longhaul/connections";
import { asCaller, connections } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectTenant } from "../support/connections.js";
import { leaseOf, openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const ring = parseKeyRing(
  JSON.stringify({ current: "one", keys: { one: Buffer.alloc(32, 7).toString("base64url") } }),
);
const sealing = createSealing({ get: async () => ring, having: async () => ring });

async function connected(expiresInSeconds: number) {
  const connectionId = randomUUID();
  const seal = (kind: "access" | "refresh", text: string) =>
    sealing.seal(text, purposeOf(kind, connectionId));
  const tokens = {
    accessToken: await seal("access", "access-0"),
    refreshToken: await seal("refresh", "refresh-0"),
  };
  return connectTenant(world.api, world.ours, { ...tokens, expiresInSeconds, connectionId });
}

/** The rows as one step of a run of ours reaches them. */
async function stepStore(): Promise<ConnectionStore> {
  const run = await startRun(world.api, world.ours);
  const lease = await world.store.lease(leaseOf(run));
  if (lease.kind !== "acquired") throw new Error(lease.kind);
  const call = async (connection: string, args: Record<string, unknown>) => {
    const told = await world.store.callRecord({
      ...{ key: leaseOf(run), fence: lease.fence, name: "connection" },
      args: { connection, ...args },
    });
    if (told.kind !== "answered") throw new Error(JSON.stringify(told));
    return told.answer;
  };
  return {
    token: async (id, refused) => (await call(id, { do: "token", refused })) as unknown as TokenAnswer,
    keep: async (id, fence, given) => (await call(id, { do: "keep", fence, ...given })) === true,
    lose: async (id, fence, problem) => (await call(id, { do: "lose", fence, problem })) === true,
    release: async (id, fence) => (await call(id, { do: "release", fence })) === true,
  };
}

/** A third party that counts, and takes each refresh token once. */
function thirdParty() {
  const asked: string[] = [];
  let valid = "refresh-0";
  return {
    asked,
    revoke: () => void (valid = ""),
    async refresh(refreshToken: string) {
      asked.push(refreshToken);
      await new Promise((resolve) => setImmediate(resolve));
      if (refreshToken !== valid) throw new ConnectionError("CONNECTION_REVOKED", "No.");
      valid = `refresh-${asked.length}`;
      return { accessToken: `access-${asked.length}`, refreshToken: valid, expiresInSeconds: 3_600 };
    },
  };
}

test("fifty steps that find the token at its end renew it once and all get the new one", async () => {
  const { connectionId } = await connected(1);
  const login = thirdParty();
  const stores = await Promise.all(Array.from({ length: 50 }, stepStore));
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  const given = await Promise.all(
    stores.map((store) => createAccessTokens({ store, sealing, login, pause }).get(connectionId)),
  );
  expect(login.asked).toEqual(["refresh-0"]);
  expect(new Set(given)).toEqual(new Set(["access-1"]));
}, 60_000);

test("a token that was turned away is renewed once, whoever says so", async () => {
  const { connectionId } = await connected(3_600);
  const login = thirdParty();
  const tokens = createAccessTokens({ store: await stepStore(), sealing, login });
  expect(await tokens.get(connectionId)).toBe("access-0");
  expect(await tokens.get(connectionId, { refused: "access-0" })).toBe("access-1");
  expect(await tokens.get(connectionId, { refused: "access-0" })).toBe("access-1");
  expect(login.asked).toHaveLength(1);
});

test("a revoked connection is marked with what to do, and asked for no more", async () => {
  const { connectionId } = await connected(1);
  const login = thirdParty();
  login.revoke();
  const tokens = createAccessTokens({ store: await stepStore(), sealing, login });
  for (const _ of [1, 2]) {
    await expect(tokens.get(connectionId)).rejects.toMatchObject({
      code: "CONNECTION_REVOKED",
      message: expect.stringContaining("Connect it again.") as string,
    });
  }
  expect(login.asked).toHaveLength(1);
  const { organisationId, people } = world.ours;
  const listed = await asCaller(world.api, people.viewer, (tx) => connections.list(tx, { organisationId }));
  expect(listed.find(({ id }) => id === connectionId)).toMatchObject({
    status: "revoked",
    problem: expect.stringContaining("Connect it again.") as string,
  });
});

test("who renews for too long is overtaken, and keeps and loses nothing any more", async () => {
  const { connectionId } = await connected(1);
  const store = await stepStore();
  const first = await store.token(connectionId, null);
  if (first.kind !== "refresh") throw new Error(first.kind);
  expect(await store.token(connectionId, null)).toEqual({ kind: "wait" });
  await world.admin
    .sql`update longhaul.connection_tokens set renewing_until = now() where connection_id = ${connectionId}`;
  const second = await store.token(connectionId, null);
  if (second.kind !== "refresh") throw new Error(second.kind);
  expect(await store.lose(connectionId, first.fence, "Lost.")).toBe(false);
  expect(await store.release(connectionId, first.fence)).toBe(false);
  expect(await store.release(connectionId, second.fence)).toBe(true);
});

test("who shows no fence keeps and loses nothing", async () => {
  const { connectionId } = await connected(3_600);
  const { organisationId, people } = world.ours;
  const use = (args: { do: string; [name: string]: unknown }) =>
    asCaller(world.api, people.operator, (tx) => connections.use(tx, { organisationId, connectionId, args }));
  const sealed = await sealing.seal("of somebody else", purposeOf("access", connectionId));
  const kept = { accessToken: sealed, refreshToken: sealed, expiresInSeconds: 60 };
  for (const args of [
    { do: "keep", ...kept },
    { do: "keep", fence: null, ...kept },
    { do: "lose", problem: "Gone." },
    { do: "release" },
    { do: "whatever" },
  ])
    expect(await use(args), args.do).toBe(false);
  expect(await use({ do: "token", refused: null })).toMatchObject({ kind: "token", version: 1 });
});

test("a step of another organisation finds no such connection", async () => {
  const { connectionId } = await connectTenant(world.api, world.theirs);
  expect(await (await stepStore()).token(connectionId, null)).toEqual({ kind: "unknown" });
});

test("a sign-in is ended once, by who began it and within its time", async () => {
  const { organisationId, people } = world.ours;
  const begin = async (stateHash: string) =>
    asCaller(world.api, people.admin, (tx) =>
      connections.begin(tx, {
        ...{ organisationId, connectionId: null, name: "New", stateHash },
        ...{ verifier: "eyJh..a.b.c", redirectUri: "http://localhost/connections/callback" },
      }),
    );
  const take = (who: typeof people.admin, stateHash: string) =>
    asCaller(world.api, who, (tx) => connections.takeSignIn(tx, { organisationId, stateHash }));
  const over = { code: "SIGN_IN_OVER" };
  await begin("a".repeat(64));
  await expect(take(people.owner, "a".repeat(64))).rejects.toMatchObject(over);
  await expect(take(people.operator, "a".repeat(64))).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await take(people.admin, "a".repeat(64))).toMatchObject({ name: "New" });
  await expect(take(people.admin, "a".repeat(64))).rejects.toMatchObject(over);
  await begin("b".repeat(64));
  await world.admin.sql`update longhaul.oauth_states set expires_at = now()`;
  await expect(take(people.admin, "b".repeat(64))).rejects.toMatchObject(over);
});
