import { openDoorbell } from "@longhaul/api";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ApiWorld, openApiWorld } from "./api-world.js";
import { clientsOf } from "./clients.js";
import { layWire } from "./cuttable-wire.js";
import { manualClock } from "./manual-parts.js";
import { numbersTo, watch } from "./watching.js";

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
beforeEach(() => {
  world.steps.reset();
  world.steps.hold("ProcessData");
});
afterAll(() => world[Symbol.asyncDispose]());

async function startedRun(): Promise<string> {
  const runId = await world.start(world.ours.operator);
  await world.underWay(runId);
  return runId;
}

const seqs = (watched: ReturnType<typeof watch>) => watched.events.map(({ seq }) => seq);

test("whoever comes late gets everything from the first event, in pages", async () => {
  const runId = await startedRun();
  await world.admin.sql`select longhaul.append_events(${runId}, (
    select jsonb_agg(jsonb_build_object('type', 'step.log', 'step', 'ProcessData', 'itemPath', '', 'visit', 0,
      'data', jsonb_build_object('level', 'info', 'message', n::text))) from generate_series(1, 1700) n))`;
  const watched = watch(world.clients.ws(world.ours.viewer.token), runId);
  await watched.reaches(1702);
  await world.end(runId);
  await watched.done;
  expect(seqs(watched)).toEqual(numbersTo(1703));
  for (const { run, events } of watched.updates) {
    expect(events.length).toBeLessThanOrEqual(500);
    expect(run.lastSeq).toBeGreaterThanOrEqual(events.at(-1)?.seq ?? 0);
  }
});

test("whoever has seen a part gets the rest, and a run that is over ends the feed", async () => {
  const runId = await startedRun();
  await world.append(runId, 8);
  await world.end(runId);
  const late = watch(world.clients.ws(world.ours.viewer.token), runId, 6);
  await late.done;
  expect(seqs(late)).toEqual(numbersTo(11, 7));
  const latest = watch(world.clients.sse(world.ours.viewer), runId, 11);
  await latest.done;
  expect(latest.updates).toHaveLength(1);
  expect(latest.updates[0]).toMatchObject({ events: [], run: { status: "cancelled" } });
});

test("events that come while a watcher is being let in are neither lost nor doubled", async () => {
  const runId = await startedRun();
  const writing = world.append(runId, 60);
  const watchers = Array.from({ length: 20 }, () => watch(world.clients.ws(world.ours.viewer.token), runId));
  await writing;
  await world.end(runId);
  await Promise.all(watchers.map(({ done }) => done));
  for (const watched of watchers) expect(seqs(watched)).toEqual(numbersTo(63));
});

test("a socket that breaks again and again leaves no gap", async () => {
  const runId = await startedRun();
  let opened = 0;
  const client = world.clients.ws(world.ours.viewer.token, { onOpen: () => void (opened += 1) });
  const watched = watch(client, runId);
  await watched.open;
  for (let round = 1; round <= 4; round += 1) {
    await world.append(runId, 3);
    const writing = world.append(runId, 10);
    world.cutSockets();
    await writing;
    await watched.reaches(2 + round * 13);
  }
  await world.end(runId);
  await watched.done;
  expect(seqs(watched)).toEqual(numbersTo(2 + 4 * 13 + 1));
  expect(opened).toBe(5);
});

test("a stream of server-sent events that breaks is taken up where it was", async () => {
  const runId = await startedRun();
  const watched = watch(world.clients.sse(world.ours.viewer), runId);
  await watched.open;
  await world.append(runId, 5);
  await watched.reaches(7);
  const writing = world.append(runId, 5);
  world.cutSockets();
  await writing;
  await world.end(runId);
  await watched.done;
  expect(seqs(watched)).toEqual(numbersTo(13));
});

test("an API that is restarted takes its watchers back", async () => {
  const services = world.open();
  const first = world.serve(services);
  const address = await first.start(0, "127.0.0.1");
  const clients = clientsOf(address);
  const runId = await startedRun();
  const watched = watch(clients.ws(world.ours.viewer.token), runId);
  const streamed = watch(clients.sse(world.ours.viewer), runId);
  await Promise.all([watched.open, streamed.open]);
  await world.append(runId, 4);
  await Promise.all([watched.reaches(6), streamed.reaches(6)]);
  await first.close();
  await services.close();

  await world.append(runId, 4);
  const nextServices = world.open();
  const second = world.serve(nextServices);
  await second.start(Number(new URL(address).port), "127.0.0.1");
  await Promise.all([watched.reaches(10), streamed.reaches(10)]);
  await world.end(runId);
  await Promise.all([watched.done, streamed.done]);
  expect(seqs(watched)).toEqual(numbersTo(11));
  expect(seqs(streamed)).toEqual(numbersTo(11));
  clients.close();
  await second.close();
  await nextServices.close();
});

test("a doorbell whose connection breaks comes back, and what was missed is made up for", async () => {
  const wire = await layWire(world.supabase.url);
  const doorbell = openDoorbell({
    supabaseUrl: wire.url,
    serviceRoleKey: world.supabase.serviceRoleKey,
    log: world.log.logger,
  });
  let opened = 0;
  doorbell.onOpen(() => void (opened += 1));
  // The clock stands still, so that no safety check helps out.
  const services = world.open({ doorbell, clock: manualClock() });
  const api = world.serve(services);
  const clients = clientsOf(await api.start(0, "127.0.0.1"));
  const runId = await startedRun();
  await expect.poll(() => opened, { timeout: 10_000 }).toBe(1);
  const watched = watch(clients.ws(world.ours.viewer.token), runId);
  await watched.open;
  await world.append(runId, 2);
  await watched.reaches(4);

  wire.cut();
  await world.append(runId, 2);
  await watched.reaches(6);
  await expect.poll(() => opened).toBe(2);
  await world.end(runId);
  await watched.done;
  expect(seqs(watched)).toEqual(numbersTo(7));
  clients.close();
  await api.close();
  await services.close();
  await wire.close();
});

test("watchers that have gone leave nothing behind", async () => {
  const runId = await startedRun();
  const client = world.clients.ws(world.ours.viewer.token);
  const watchers = Array.from({ length: 10 }, () => watch(client, runId));
  const list = client.runs.watchList.subscribe({}, {});
  await Promise.all(watchers.map(({ open }) => open));
  await expect.poll(() => world.services.feed.size()).toEqual({ runs: 1, lists: 1 });
  for (const { stop } of watchers) stop();
  list.unsubscribe();
  await expect.poll(() => world.services.feed.size()).toEqual({ runs: 0, lists: 0 });
});

test("one doorbell costs one read, however many watch", async () => {
  const runId = await startedRun();
  const watchers = Array.from({ length: 25 }, () => watch(world.clients.ws(world.ours.viewer.token), runId));
  await Promise.all(watchers.map(({ open }) => open));
  const { db } = world.services;
  const { sql } = db;
  const asked: string[] = [];
  const counting = new Proxy(sql, {
    apply(target, self, [text, ...values]: [readonly string[], ...unknown[]]) {
      asked.push(text.join("?"));
      return Reflect.apply(target, self, [text, ...values]) as unknown;
    },
  });
  Object.assign(db, { sql: counting });
  await world.append(runId, 1);
  await Promise.all(watchers.map(({ reaches }) => reaches(3)));
  Object.assign(db, { sql });
  expect(asked.filter((text) => text.includes("watched_changes"))).toHaveLength(1);
  for (const { stop } of watchers) stop();
});

test("a watcher cannot ask for what is not there", async () => {
  const runId = await startedRun();
  const client = world.clients.ws(world.ours.viewer.token);
  await expect(watch(client, runId, 99).done).rejects.toMatchObject({ data: { errorCode: "INPUT_INVALID" } });
  await expect(watch(client, runId, -1).done).rejects.toMatchObject({ data: { errorCode: "INPUT_INVALID" } });
  await expect(watch(client, world.ours.id).done).rejects.toMatchObject({
    data: { errorCode: "RUN_NOT_FOUND" },
  });
});
