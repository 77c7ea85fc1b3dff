import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { asCaller, type Delivery, webhooks } from "@longhaul/db";
import {
  deliverWebhooks,
  rotateWebhook,
  saveWebhook,
  testWebhook,
  type WebhookRequest,
} from "@longhaul/runs";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openWorld, type World } from "../support/database.js";
import { openKeys } from "../support/keys.js";
import { callerOf } from "./runs-world.js";

let world: World;
let address: string;
let keys: ReturnType<typeof openKeys>;
const received: { headers: Record<string, string>; body: string }[] = [];
const logged: string[] = [];
const receiver = createServer((request, response) => {
  void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = request.headers as Record<string, string>;
    received.push({ headers, body: Buffer.concat(chunks).toString() });
    response.end();
  })();
});

beforeAll(async () => {
  world = await openWorld();
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
});
beforeEach(() => {
  keys = openKeys();
});
afterEach(async () => {
  received.length = 0;
  logged.length = 0;
  await world.admin.sql`delete from longhaul.webhooks`;
});
afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  await world[Symbol.asyncDispose]();
});

const log = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const logger = { info: log, warn: log, error: log };
const rules = { loopback: true };
const deps = () => ({ db: world.api, logger, sealing: keys.sealing });
const admin = () => callerOf(world.ours, "admin");
const request = (over: Partial<WebhookRequest> = {}): WebhookRequest => ({
  ...{ id: null, name: "Ours", url: address, kinds: ["run.failed"], workflows: [], active: true, ...over },
});
async function make(name = "Ours"): Promise<{ id: string; secret: string }> {
  const { id, secret } = await saveWebhook(deps(), admin(), request({ name }), rules);
  return { id, secret: secret as string };
}
const rotate = (id: string) => rotateWebhook(deps(), admin(), { id });

/** What the table holds of a webhook's secrets. */
async function stored(id: string): Promise<{ secret: string; old: string | null }> {
  const [row] = await world.admin.sql<{ secret: string; old: string | null }[]>`
    select secret, old_secret as old from longhaul.webhooks where id = ${id}`;
  return row!;
}

/** As it was stored before secrets were sealed. */
async function makeUnsealed(secret: string): Promise<string> {
  const { id } = await make("Before");
  await world.admin.sql`update longhaul.webhooks set secret = ${secret} where id = ${id}`;
  return id;
}

/** Sends a test and gives what became of it. */
async function send(webhookId: string, over: object = {}): Promise<Delivery> {
  await testWebhook(deps(), admin(), { id: webhookId });
  await deliverWebhooks({ ...deps(), ...over }, { rules });
  const { organisationId } = world.ours;
  const asked = { organisationId, webhookId, status: null, kind: null, before: null, limit: 1 };
  const [last] = await asCaller(world.api, world.ours.people.viewer, (tx) => webhooks.deliveries(tx, asked));
  return last!;
}

function verified(secret: string): boolean {
  const last = received.at(-1)!;
  try {
    new Verifier(secret).verify(last.body, last.headers);
    return true;
  } catch {
    return false;
  }
}

const clear = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;

test("the table holds no secret, and what is delivered is signed by the one that the person was shown", async () => {
  const { id, secret } = await make();
  const held = await stored(id);
  expect(held.secret).toMatch(/^eyJ/);
  const [row] = await world.admin.sql<{ text: string }[]>`
    select w::text as text from longhaul.webhooks w where id = ${id}`;
  for (const part of [secret, secret.slice("whsec_".length)]) expect(row!.text).not.toContain(part);
  expect(await send(id)).toMatchObject({ status: "delivered", error: null });
  expect(verified(secret)).toBe(true);
  expect(JSON.stringify(logged)).not.toContain(secret);
});

test("a new secret is sealed as the one before is, and both sign", async () => {
  const { id, secret } = await make();
  const renewed = await rotate(id);
  const held = await stored(id);
  expect([held.secret, held.old]).toEqual([expect.stringMatching(/^eyJ/), expect.stringMatching(/^eyJ/)]);
  await send(id);
  expect([verified(secret), verified(renewed.secret)]).toEqual([true, true]);
});

test("a secret that was moved to another webhook does not open there: nothing is sent, and the log says why", async () => {
  const [ours, victim] = [await make(), await make("Victim")];
  const { secret } = await stored(victim.id);
  await world.admin.sql`update longhaul.webhooks set secret = ${secret} where id = ${ours.id}`;
  const delivery = await send(ours.id);
  expect(delivery).toMatchObject({
    ...{ status: "waiting", attempts: 1, responseStatus: null },
    error: "It could not be signed: its secret cannot be opened. Make a new secret.",
  });
  // An instant later it would be no better.
  expect(Date.parse(delivery.nextTryAt!) - Date.parse(delivery.lastTryAt!)).toBeGreaterThan(250_000);
  expect(received).toEqual([]);
  // Its own webhook still has it, and a new secret mends the other; the one before, which does not open, signs nothing.
  await send(victim.id);
  expect(verified(victim.secret)).toBe(true);
  const renewed = await rotate(ours.id);
  expect(await send(ours.id)).toMatchObject({ status: "delivered" });
  expect(verified(renewed.secret)).toBe(true);
  expect(received.at(-1)!.headers["webhook-signature"]!.split(" ")).toHaveLength(1);
});

test("an old key opens what it has sealed while a new one seals, and without it a new secret is needed", async () => {
  const { id, secret } = await make();
  keys.add("second");
  await send(id);
  expect(verified(secret)).toBe(true);
  const renewed = await rotate(id);
  keys.remove("first");
  await send(id);
  expect([verified(secret), verified(renewed.secret)]).toEqual([false, true]);
  keys.add("third");
  keys.remove("second");
  expect(await send(id)).toMatchObject({ status: "waiting", error: expect.stringContaining("a new secret") });
});

test("one from before secrets were sealed signs on, and is sealed when its webhook is saved", async () => {
  const id = await makeUnsealed(clear);
  await send(id);
  expect(verified(clear)).toBe(true);
  await saveWebhook(deps(), admin(), request({ id, name: "Renamed" }), rules);
  expect((await stored(id)).secret).toMatch(/^eyJ/);
  await send(id);
  expect(verified(clear)).toBe(true);
});

test("one from before secrets were sealed is sealed when there is a new one, and signs beside it", async () => {
  const id = await makeUnsealed(clear);
  const renewed = await rotate(id);
  const held = await stored(id);
  expect([held.secret, held.old]).toEqual([expect.stringMatching(/^eyJ/), expect.stringMatching(/^eyJ/)]);
  await send(id);
  expect([verified(clear), verified(renewed.secret)]).toEqual([true, true]);
});

test("who may not save a webhook seals nothing of it either", async () => {
  const id = await makeUnsealed(clear);
  const stranger = callerOf(world.theirs, "admin");
  await expect(saveWebhook(deps(), stranger, request({ id }), rules)).rejects.toMatchObject({
    code: "WEBHOOK_NOT_FOUND",
  });
  await expect(rotateWebhook(deps(), stranger, { id })).rejects.toMatchObject({ code: "WEBHOOK_NOT_FOUND" });
  expect(await stored(id)).toEqual({ secret: clear, old: null });
});

test("where there are no keys no webhook is made, those of before are told, and sealed ones wait and say so", async () => {
  const { id, secret } = await make();
  const before = await makeUnsealed(clear);
  const none = { db: world.api, logger };
  const refused = { name: "RunsRefusal", code: "SEALING_UNAVAILABLE" };
  await expect(saveWebhook(none, admin(), request(), rules)).rejects.toMatchObject(refused);
  await expect(rotateWebhook(none, admin(), { id })).rejects.toMatchObject(refused);
  await saveWebhook(none, admin(), request({ id: before, name: "Before" }), rules);
  expect(await send(before, { sealing: undefined })).toMatchObject({ status: "delivered" });
  expect(await send(id, { sealing: undefined })).toMatchObject({
    ...{ status: "waiting", error: expect.stringContaining("cannot be read at the moment") },
  });
  expect(received).toHaveLength(1);
  await world.admin.sql`update longhaul.webhook_deliveries set next_try_at = now() where status = 'waiting'`;
  await deliverWebhooks(deps(), { rules });
  expect(verified(secret)).toBe(true);
});

test("keys that cannot be read just now are neither a wrong signature nor a secret that is lost", async () => {
  const { id } = await make();
  const away = { code: "CONNECTION_UNAVAILABLE", retryable: true };
  const reject = () => Promise.reject(Object.assign(new Error("no network"), away));
  const sealing = { seal: reject, open: reject };
  await expect(rotateWebhook({ ...deps(), sealing }, admin(), { id })).rejects.toMatchObject({
    code: "SEALING_UNAVAILABLE",
  });
  const delivery = await send(id, { sealing });
  expect(delivery.error).toContain("cannot be read at the moment");
  expect(Date.parse(delivery.nextTryAt!) - Date.parse(delivery.lastTryAt!)).toBeLessThan(60_000);
  expect(received).toEqual([]);
});

test("the database takes no new secret that is not sealed", async () => {
  const { organisationId, people } = world.ours;
  const { id } = await make();
  const row = { ...request(), kinds: ["run.failed"] as const, organisationId };
  const another = "00000000-0000-4000-8000-000000000001";
  await expect(
    asCaller(world.api, people.admin, (tx) => webhooks.save(tx, { ...row, id: another, secret: clear })),
  ).rejects.toThrow("stored sealed only");
  await expect(
    asCaller(world.api, people.admin, (tx) => webhooks.rotate(tx, { organisationId, id, secret: clear })),
  ).rejects.toThrow("stored sealed only");
  await expect(asCaller(world.api, people.admin, (tx) => webhooks.unsealed(tx, { id }))).rejects.toThrow(
    /permission denied/,
  );
});
