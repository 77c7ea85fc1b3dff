import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { asCaller, asDispatcher, type Delivery, dispatch, runs, type Webhook, webhooks } from "@longhaul/db";
import {
  deliverWebhooks,
  forgetDeliveries,
  replayDelivery,
  rotateWebhook,
  saveWebhook,
  testWebhook,
  type WebhookRequest,
} from "@longhaul/runs";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newRun, openWorld, type World } from "../support/database.js";
import { openKeys } from "../support/keys.js";
import { callerOf } from "./runs-world.js";
import type { Tenant } from "../support/tenants.js";

interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}
type Answer = (response: ServerResponse, request: IncomingMessage) => void;

let world: World;
let address: string;
const received: Received[] = [];
const answers = new Map<string, Answer>();
const ok: Answer = (response) => response.end("thank you");
const status =
  (code: number): Answer =>
  (response) =>
    response.writeHead(code).end(`answer ${code}`);
const rules = { loopback: true };
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const receiver = createServer((request, response) => {
  void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? "";
    const headers = request.headers as Record<string, string>;
    received.push({ path, headers, body: Buffer.concat(chunks).toString() });
    (answers.get(path) ?? ok)(response, request);
  })();
});

beforeAll(async () => {
  world = await openWorld();
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(async () => {
  received.length = 0;
  answers.clear();
  await world.admin.sql`delete from longhaul.webhooks`;
});
afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  await world[Symbol.asyncDispose]();
});

const { sealing } = openKeys();
const deps = () => ({ db: world.api, logger: quiet, sealing });
const admin = (tenant: Tenant = world.ours) => callerOf(tenant, "admin");
const everything = ["run.started", "run.succeeded", "run.failed", "run.cancelled"] as const;

async function make(over: Partial<WebhookRequest> = {}, tenant: Tenant = world.ours) {
  const request = {
    id: null,
    name: "Ours",
    url: `${address}/hook`,
    kinds: everything,
    workflows: [],
    active: true,
  };
  const { id, secret } = await saveWebhook(deps(), admin(tenant), { ...request, ...over }, rules);
  return { id, secret: secret as string };
}

const deliver = (send?: Parameters<typeof deliverWebhooks>[1]["send"]) =>
  deliverWebhooks(deps(), { rules, ...(send && { send }) });

const logOf = (webhookId: string, tenant: Tenant = world.ours): Promise<Delivery[]> =>
  asCaller(world.api, tenant.people.viewer, (tx) =>
    webhooks.deliveries(tx, {
      ...{
        organisationId: tenant.organisationId,
        webhookId,
        status: null,
        kind: null,
        before: null,
        limit: 100,
      },
    }),
  );
const stateOf = async (id: string, tenant: Tenant = world.ours): Promise<Webhook> => {
  const { organisationId } = tenant;
  const all = await asCaller(world.api, tenant.people.viewer, (tx) => webhooks.list(tx, { organisationId }));
  return all.find((one) => one.id === id) as Webhook;
};

/** A run that was started, sent and has ended. */
async function run(
  outcome: "succeeded" | "failed" = "succeeded",
  tenant: Tenant = world.ours,
): Promise<string> {
  const { runId } = await asCaller(world.api, tenant.people.operator, (tx) =>
    runs.start(tx, newRun(tenant.organisationId)),
  );
  await asDispatcher(world.api, async (tx) => {
    await dispatch.next(tx, { limit: 50, holdSeconds: 30 });
    const executionArn = `arn:aws:states:us-east-1:000000000000:execution:longhaul-data-import:${runId}-1`;
    await dispatch.sent(tx, { runId, attempt: 1, executionArn, stateMachineArn: "arn:machine:1" });
    const error = { code: "BAD_FILE", message: "The file is empty." };
    await dispatch.close(tx, {
      ...{ runId, attempt: 1 },
      outcome:
        outcome === "succeeded" ? { status: outcome, output: { rows: 3 } } : { status: outcome, error },
    });
  });
  return runId;
}

/** As if the time of the next try had come. */
const hurry = (webhookId: string) => world.admin.sql`
  update longhaul.webhook_deliveries set next_try_at = now() - interval '1 second'
  where webhook_id = ${webhookId} and status = 'waiting'`;

test("a run is told of as it goes, signed so that the library of the standard believes it", async () => {
  const { id, secret } = await make();
  const runId = await run("failed");
  expect(await deliver()).toEqual({ delivered: 2, failed: 0 });
  const told = received.map(({ headers, body }) => new Verifier(secret).verify(body, headers)) as {
    type: string;
    data: Record<string, unknown>;
  }[];
  const byKind = Object.fromEntries(told.map(({ type, data }) => [type, data]));
  expect(byKind["run.started"]).toMatchObject({ runId, workflow: "data-import", status: "running" });
  expect(byKind["run.failed"]).toMatchObject({
    ...{ runId, status: "failed", organisationId: world.ours.organisationId },
    error: { code: "BAD_FILE", message: "The file is empty." },
  });
  const log = await logOf(id);
  expect(log.map(({ kind }) => kind).toSorted()).toEqual(["run.failed", "run.started"]);
  for (const delivery of log) {
    expect(delivery).toMatchObject({
      ...{
        status: "delivered",
        attempts: 1,
        responseStatus: 200,
        response: "thank you",
        error: null,
        nextTryAt: null,
      },
    });
    // What was sent is what the log shows.
    const sent = received.find(({ headers }) => headers["webhook-id"] === delivery.message);
    expect(sent?.body).toBe(delivery.body);
  }
  expect(() =>
    new Verifier("whsec_" + "A".repeat(32)).verify(received[0]!.body, received[0]!.headers),
  ).toThrow();
});

test("only what was asked for is told, and nothing by one that is off", async () => {
  const chosen = await make({ kinds: ["run.succeeded"], name: "Successes" });
  const other = await make({ workflows: ["storybook"], name: "Storybooks" });
  const off = await make({ active: false, name: "Off" });
  await run("failed");
  await run("succeeded");
  expect((await logOf(chosen.id)).map(({ kind }) => kind)).toEqual(["run.succeeded"]);
  expect(await logOf(other.id)).toEqual([]);
  expect(await logOf(off.id)).toEqual([]);
});

test("what fails is tried again with the same id, later each time, and given up in the end", async () => {
  const { id } = await make({ kinds: ["run.succeeded"] });
  answers.set("/hook", status(500));
  await run();
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 9; attempt += 1) {
    expect(await deliver()).toEqual({ delivered: 0, failed: 1 });
    const [delivery] = await logOf(id);
    expect(delivery).toMatchObject({
      ...{ status: "waiting", attempts: attempt, responseStatus: 500, response: "answer 500" },
      error: "It answered 500.",
    });
    waits.push(Math.round((Date.parse(delivery!.nextTryAt!) - Date.parse(delivery!.lastTryAt!)) / 1000));
    // Before its time it is not sent.
    expect(await deliver()).toEqual({ delivered: 0, failed: 0 });
    await hurry(id);
  }
  const planned = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
  waits.forEach((wait, place) => {
    expect(wait).toBeGreaterThanOrEqual(planned[place]! - 1);
    expect(wait).toBeLessThanOrEqual(planned[place]! * 1.1 + 30);
  });
  await deliver();
  const [last] = await logOf(id);
  expect(last).toMatchObject({ status: "failed", attempts: 10, nextTryAt: null });
  expect(received).toHaveLength(10);
  expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect((await stateOf(id)).failingSince).not.toBeNull();

  // A person has mended it, and sends it once more: as the message that it was.
  answers.set("/hook", ok);
  await replayDelivery(deps(), admin(), { id: last!.id });
  expect(await deliver()).toEqual({ delivered: 1, failed: 0 });
  expect(received.at(-1)!.headers["webhook-id"]).toBe(last!.message);
  expect(received.at(-1)!.body).toBe(last!.body);
  expect(await stateOf(id)).toMatchObject({ failingSince: null, active: true });
});

test("410 switches off at once, and what waits is not sent any more", async () => {
  const { id } = await make();
  answers.set("/hook", status(410));
  await run();
  await deliver();
  expect(await stateOf(id)).toMatchObject({
    active: false,
    offReason: expect.stringContaining("410 Gone"),
    waiting: 0,
  });
  await hurry(id);
  expect(await deliver()).toEqual({ delivered: 0, failed: 0 });
  const [delivery] = await logOf(id);
  await expect(replayDelivery(deps(), admin(), { id: delivery!.id })).rejects.toMatchObject({
    code: "WEBHOOK_OFF",
  });
});

test("one that fails for five days is switched off and says so; who switches it on begins anew", async () => {
  const { id } = await make();
  answers.set("/hook", status(503));
  await run();
  await deliver();
  expect(await stateOf(id)).toMatchObject({ active: true, failingSince: expect.any(String) });
  await world.admin
    .sql`update longhaul.webhooks set failing_since = now() - interval '5 days 1 minute' where id = ${id}`;
  await hurry(id);
  await deliver();
  expect(await stateOf(id)).toMatchObject({
    active: false,
    offReason: "Nothing has come through for five days.",
  });
  await make({ id });
  expect(await stateOf(id)).toMatchObject({ active: true, offReason: null, failingSince: null });
});

test("one that dies in the middle, redirects or never answers has failed", async () => {
  const dies = await make({ name: "Dies", url: `${address}/dies`, kinds: ["run.succeeded"] });
  const leads = await make({ name: "Leads", url: `${address}/leads`, kinds: ["run.succeeded"] });
  const silent = await make({ name: "Silent", url: `${address}/silent`, kinds: ["run.succeeded"] });
  answers.set("/dies", (response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("half of", () => response.socket?.destroy());
  });
  answers.set("/leads", (response) => response.writeHead(302, { location: `${address}/elsewhere` }).end());
  answers.set("/silent", () => {});
  await run();
  expect(await deliver({ rules, timeoutMs: 300 })).toEqual({ delivered: 0, failed: 3 });
  expect((await logOf(dies.id))[0]).toMatchObject({
    error: expect.stringContaining("before there was an answer"),
  });
  expect((await logOf(leads.id))[0]).toMatchObject({
    responseStatus: 302,
    error: expect.stringContaining("not followed"),
  });
  expect((await logOf(silent.id))[0]).toMatchObject({
    responseStatus: null,
    error: expect.stringContaining("no answer within"),
  });
  expect(received.map(({ path }) => path)).not.toContain("/elsewhere");
});

test("an endless or strange answer is kept in part, and counts by its status", async () => {
  const { id } = await make({ kinds: ["run.succeeded"] });
  answers.set("/hook", (response) => {
    response.writeHead(200);
    const pour = () => {
      while (response.write(`\0${"x".repeat(16_383)}`));
      response.once("drain", pour);
    };
    pour();
  });
  await run();
  expect(await deliver()).toEqual({ delivered: 1, failed: 0 });
  const [delivery] = await logOf(id);
  expect(delivery!.response).toHaveLength(2048);
});

test("one that is slow keeps no other waiting", async () => {
  const slow = await make({ name: "Slow", url: `${address}/slow`, kinds: ["run.succeeded"] });
  const quick = await make({ name: "Quick", kinds: ["run.succeeded"] });
  const waiting: ServerResponse[] = [];
  answers.set("/slow", (response) => void waiting.push(response));
  for (let count = 0; count < 10; count += 1) await run();
  let released = false;
  const release = async () => {
    while (!(await logOf(quick.id)).every((one) => one.status === "delivered"))
      await new Promise((resolve) => setImmediate(resolve));
    expect(waiting.length).toBeLessThanOrEqual(4);
    released = true;
    answers.set("/slow", ok);
    for (const response of waiting) response.end();
  };
  const [count] = await Promise.all([deliver(), release()]);
  expect(released).toBe(true);
  expect(count).toEqual({ delivered: 20, failed: 0 });
  expect((await logOf(slow.id)).every(({ attempts }) => attempts === 1)).toBe(true);
});

test("a sender that dies between sending and noting doubles a message, with the same id only", async () => {
  const { id } = await make({ kinds: ["run.succeeded"] });
  await run();
  const broken = { ...deps(), db: { ...world.api, sql: world.api.sql } };
  // Sent, and its sender is gone: nothing was noted.
  const [taken] = await asDispatcher(broken.db, (tx) =>
    webhooks.take(tx, { limit: 10, holdSeconds: 40, most: 4 }),
  );
  expect(taken).toBeDefined();
  expect(await deliver()).toEqual({ delivered: 0, failed: 0 });
  await hurry(id);
  expect(await deliver()).toEqual({ delivered: 1, failed: 0 });
  expect(received.map(({ headers }) => headers["webhook-id"])).toEqual([taken!.message]);
  // The first one comes back from the dead, and is not believed.
  await webhooks.note(world.api, {
    ...{
      id: taken!.id,
      attempts: taken!.attempts,
      delivered: false,
      gone: true,
      error: "late",
      durationMs: 1,
    },
    ...{ responseStatus: 410, response: null, retrySeconds: 5 },
  });
  expect((await logOf(id))[0]).toMatchObject({ status: "delivered", attempts: 2 });
  expect((await stateOf(id)).active).toBe(true);
});

test("several senders send each message once", async () => {
  const { id } = await make();
  for (let count = 0; count < 15; count += 1) await run();
  const counts = await Promise.all([deliver(), deliver(), deliver()]);
  expect(counts.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(30);
  expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(30);
  expect(received).toHaveLength(30);
  expect((await stateOf(id)).waiting).toBe(0);
});

test("a new secret signs beside the old one for a day", async () => {
  const { id, secret } = await make({ kinds: ["run.succeeded"] });
  const renewed = await rotateWebhook(deps(), admin(), { id });
  await testWebhook(deps(), admin(), { id });
  await deliver();
  const [both] = received;
  new Verifier(secret).verify(both!.body, both!.headers);
  new Verifier(renewed.secret).verify(both!.body, both!.headers);
  await world.admin.sql`update longhaul.webhooks set old_secret_until = now() where id = ${id}`;
  await testWebhook(deps(), admin(), { id });
  await deliver();
  const later = received.at(-1)!;
  new Verifier(renewed.secret).verify(later.body, later.headers);
  expect(() => new Verifier(secret).verify(later.body, later.headers)).toThrow();
});

test("approvals are told of when they are asked for and when they are decided", async () => {
  const { id } = await make({ kinds: ["approval.requested", "approval.decided"] });
  const { runId } = await asCaller(world.api, world.ours.people.operator, (tx) =>
    runs.start(tx, newRun(world.ours.organisationId)),
  );
  await world.admin.sql`
    insert into longhaul.approvals (organisation_id, run_id, state, item_path, visit, attempt, title, role, form, details, deadline, task_token)
    values (${world.ours.organisationId}, ${runId}, 'Approve', '', 0, 1, 'May it be sent?', 'operator', '{}', '{}', now() + interval '1 hour', 'token')`;
  await world.admin.sql`
    update longhaul.approvals set status = 'decided', decision = '{"approved": true}', decided_at = now() where run_id = ${runId}`;
  const log = (await logOf(id)).toReversed().map(({ kind, body }) => [kind, JSON.parse(body).data]);
  expect(log).toMatchObject([
    ["approval.requested", { runId, approval: { title: "May it be sent?", status: "open", decision: null } }],
    ["approval.decided", { runId, approval: { status: "decided", decision: { approved: true } } }],
  ]);
});

test("who may not, or is somebody else, sees and changes nothing; and nobody reads a secret", async () => {
  const { id } = await make();
  await run();
  const [delivery] = await logOf(id);
  const operator = callerOf(world.ours, "operator");
  await expect(testWebhook(deps(), operator, { id })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const stranger = admin(world.theirs);
  await expect(make({ id }, world.theirs)).rejects.toMatchObject({ code: "WEBHOOK_NOT_FOUND" });
  await expect(rotateWebhook(deps(), stranger, { id })).rejects.toMatchObject({ code: "WEBHOOK_NOT_FOUND" });
  await expect(testWebhook(deps(), stranger, { id })).rejects.toMatchObject({ code: "WEBHOOK_NOT_FOUND" });
  await expect(replayDelivery(deps(), stranger, { id: delivery!.id })).rejects.toMatchObject({
    code: "DELIVERY_NOT_FOUND",
  });
  expect(await logOf(id, world.theirs)).toEqual([]);
  expect(await stateOf(id, world.theirs)).toBeUndefined();
  // A run of theirs is told to nobody of ours.
  await run("succeeded", world.theirs);
  expect(await logOf(id)).toHaveLength(2);
  await expect(
    asCaller(world.api, world.ours.people.owner, (tx) => tx`select secret from longhaul.webhooks`),
  ).rejects.toThrow(/permission denied/);
});

test("the log reaches back thirty days", async () => {
  const { id } = await make({ kinds: ["run.succeeded"] });
  await run();
  await run();
  await deliver();
  await world.admin.sql`
    update longhaul.webhook_deliveries set created_at = now() - interval '31 days'
    where id = (select id from longhaul.webhook_deliveries where webhook_id = ${id} limit 1)`;
  expect(await forgetDeliveries(deps())).toBe(1);
  expect(await logOf(id)).toHaveLength(1);
});

test.each([
  ["http://example.org/hook", "https"],
  ["https://user:pass@example.org/", "password"],
  ["https://10.0.0.1/", "private"],
  ["https://169.254.169.254/latest/meta-data", "private"],
  ["https://example.org:25/", "ports"],
  ["nonsense", "no address"],
])("%s is refused when it is saved", async (url, sentence) => {
  await expect(make({ url })).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: expect.stringContaining(sentence),
  });
});
