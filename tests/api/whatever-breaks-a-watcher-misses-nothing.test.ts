import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import type { AppRouter } from "@longhaul/api";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type ApiWorld, openApiWorld } from "./api-world.js";
import { type Client, clientsOf } from "./clients.js";
import { manualClock, manualDoorbell } from "./manual-parts.js";
import { numbersTo, watch } from "./watching.js";

const clock = manualClock();
const doorbell = manualDoorbell();
let world: ApiWorld;
let runId: string;
beforeAll(async () => {
  world = await openApiWorld({ clock, doorbell });
});
beforeEach(async () => {
  world.steps.reset();
  world.steps.hold("ProcessData");
  runId = await world.start(world.ours.operator);
  await world.underWay(runId);
});
afterAll(() => world[Symbol.asyncDispose]());

const head = async () => (await world.clients.http(world.ours.viewer).runs.get.query({ runId })).run.lastSeq;
const seqs = (watched: ReturnType<typeof watch>) => watched.events.map(({ seq }) => seq);
const ring = (seq: number) => doorbell.ring([{ org: world.ours.id, run: runId, seq }]);
const write = (offset: number, text: string) =>
  doorbell.write(world.ours.id, {
    run: runId,
    text: { step: "ProcessData", itemPath: "", visit: 0, stream: "story", offset, text },
  });

/** A stock client whose sockets the test can keep from reading. */
function pausableClient(url: string, token: string) {
  const sockets: WebSocket[] = [];
  class Pausable extends WebSocket {
    constructor(address: string) {
      super(address);
      sockets.push(this);
    }
  }
  const socket = createWSClient({
    url: `${url.replace("http", "ws")}/trpc`,
    WebSocket: Pausable as never,
    connectionParams: () => ({ token }),
    retryDelayMs: () => 20,
  });
  const client: Client = createTRPCClient<AppRouter>({ links: [wsLink<AppRouter>({ client: socket })] });
  return { client, sockets, close: () => void socket.close() };
}

/** Far more than what the kernel keeps for a connection. */
async function appendMuch(batches: number): Promise<void> {
  for (let batch = 0; batch < batches; batch += 1) {
    await world.admin.sql`select longhaul.append_events(${runId}, (
      select jsonb_agg(jsonb_build_object('type', 'step.log', 'step', 'ProcessData', 'itemPath', '', 'visit', 0,
        'data', jsonb_build_object('level', 'info', 'message', repeat('x', 40000)))) from generate_series(1, 100)))`;
    ring(2 + (batch + 1) * 100);
  }
}

test("a text is shown as it is written to whoever is there, and is in no log", async () => {
  const watched = watch(world.clients.ws(world.ours.viewer.token), runId);
  const streamed = watch(world.clients.sse(world.ours.operator), runId);
  await Promise.all([watched.open, streamed.open]);
  write(0, "Once ");
  write(5, "upon");
  const written = ({ texts }: typeof watched) => texts.map(({ text }) => text).join("");
  await expect.poll(() => written(watched)).toBe("Once upon");
  await expect.poll(() => written(streamed)).toContain("Once ");
  expect(watched.updates).toHaveLength(1);
  const late = watch(world.clients.ws(world.ours.viewer.token), runId);
  await late.open;
  await world.append(runId, 1);
  ring(3);
  await Promise.all([watched.reaches(3), streamed.reaches(3), late.reaches(3)]);
  expect(written(late)).toBe("");
  for (const one of [watched, streamed, late]) expect(seqs(one)).toEqual(numbersTo(3));
  for (const one of [watched, streamed, late]) one.stop();
});

test("whoever does not read is held back, and goes on where they were", async () => {
  const { client, sockets, close } = pausableClient(world.url, world.ours.viewer.token);
  const slow = watch(client, runId);
  const quick = watch(world.clients.ws(world.ours.viewer.token), runId);
  await Promise.all([slow.open, quick.open]);
  sockets[0]!.pause();
  await appendMuch(8);
  await quick.reaches(802);
  expect(seqs(slow).length).toBeLessThan(802);
  const held = [...sockets];
  sockets[0]!.resume();
  await slow.reaches(802);
  expect(sockets).toEqual(held);
  expect(seqs(slow)).toEqual(numbersTo(802));
  quick.stop();
  close();
});

test("whoever does not read for long is cut off, and resumes by a new connection", async () => {
  const { client, sockets, close } = pausableClient(world.url, world.ours.viewer.token);
  const slow = watch(client, runId);
  await slow.open;
  sockets[0]!.pause();
  await appendMuch(8);
  await expect.poll(head).toBe(802);
  // As soon as the server has noticed that nobody reads, and has waited long enough, nobody watches any more.
  await expect
    .poll(() => {
      clock.move(21_000);
      return world.services.feed.size().runs;
    })
    .toBe(0);
  sockets[0]!.resume();
  await slow.reaches(802);
  expect(sockets.length).toBe(2);
  expect(seqs(slow)).toEqual(numbersTo(802));
  close();
});

test("who does not read the answers is not listened to meanwhile, and then gets them all", async () => {
  const socket = new WebSocket(`${world.url.replace("http", "ws")}/trpc`);
  await new Promise((resolve) => socket.once("open", resolve));
  const answers: unknown[] = [];
  socket.on("message", (data) => answers.push(data));
  socket.pause();
  const calls = 300;
  for (let id = 0; id < calls; id += 1) {
    socket.send(JSON.stringify({ id, method: "query", params: { path: "x".repeat(100_000) } }));
  }
  // The server has read all it will when others are answered and nothing more of this is read meanwhile.
  for (let left = Infinity; socket.bufferedAmount < left; ) {
    left = socket.bufferedAmount;
    for (let count = 0; count < 50; count += 1) await fetch(`${world.url}/healthz`);
  }
  expect(socket.bufferedAmount).toBeGreaterThan(0);
  socket.resume();
  await expect.poll(() => answers.length).toBe(calls);
  socket.close();
});

test("started through one process, watched through another", async () => {
  const services = world.open({ doorbell: manualDoorbell(), clock: manualClock() });
  const other = world.serve(services);
  const clients = clientsOf(await other.start(0, "127.0.0.1"));
  const here = watch(world.clients.ws(world.ours.viewer.token), runId);
  const there = watch(clients.ws(world.ours.viewer.token), runId);
  await Promise.all([here.open, there.open]);
  await world.append(runId, 3);
  await world.end(runId);
  ring(6);
  await here.done;
  expect(seqs(there)).toEqual([1, 2]);
  await services.feed.check();
  await there.done;
  expect(seqs(here)).toEqual(numbersTo(6));
  expect(seqs(there)).toEqual(numbersTo(6));
  clients.close();
  await other.close();
  await services.close();
});

// Time jumps past the end of every token, so this comes last.
test("after a laptop's sleep nobody goes on with the token of before it", async () => {
  const watched = watch(world.clients.ws(world.ours.viewer.token), runId);
  const streamed = watch(world.clients.sse(world.ours.operator), runId);
  await Promise.all([watched.open, streamed.open]);
  clock.move(8 * 3_600_000);
  await expect(streamed.done).rejects.toMatchObject({ data: { errorCode: "TOKEN_EXPIRED" } });
  await expect(watched.done).rejects.toMatchObject({ data: { errorCode: "TOKEN_EXPIRED" } });
});
