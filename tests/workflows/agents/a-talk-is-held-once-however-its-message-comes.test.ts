import { asCaller, limits } from "@longhaul/db";
import { deadLetter, dispatchQueued, type QueueMessage, reconcile, requeue, sendRun } from "@longhaul/runs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openProductWorld, type ProductWorld } from "../product-world.js";

let world: ProductWorld;
/** What was published, in order. A message is delivered when, and as often as, the test says. */
const published: QueueMessage[] = [];
let deps: ProductWorld["deps"];
beforeAll(async () => {
  world = await openProductWorld({ workflow: "panel", waitScale: 0.01 });
  const publish = async (messages: readonly QueueMessage[]) => void published.push(...messages);
  deps = { ...world.deps, queue: { publish } };
  const { organisationId, people } = world.ours;
  const most = { maxRunning: 50, maxRunningPerUser: 50, retentionDays: 7 };
  await asCaller(world.api, people.admin, (tx) => limits.update(tx, { organisationId, ...most }));
});
afterEach(() => {
  published.length = 0;
  world.invoked.length = 0;
  world.faults.dies = undefined;
});
afterAll(() => world[Symbol.asyncDispose]());

const stands = [
  "The old town should be closed to cars. Children need the room that parked cars take.",
  "Closing the old town will cost the shops their customers. Deliveries need the street in the morning.",
  "Buses must not wait behind parked cars. A bus every ten minutes is better than a car park.",
  "People who walk badly need to be driven to their doors. A closed street shuts them out.",
  "The air in the old town is worse than on the ring road. Fewer cars make it better.",
];
const agents = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    name: `Neighbour ${String.fromCharCode(65 + at)}`,
    role: "Lives or works in the old town",
    position: stands[at % stands.length]!,
  }));
const start = async (count: number, rounds: number): Promise<QueueMessage> => {
  const runId = await world.start({
    topic: "Should the old town be closed to cars?",
    agents: agents(count),
    rounds,
  });
  await dispatchQueued(deps);
  return { runId, attempt: 1 };
};
const deliver = (message: QueueMessage) => sendRun(deps, message);
const times = (step: string) => world.invoked.filter((one) => one === step).length;

interface Spoken {
  readonly number: number;
  readonly round: number;
  readonly speaker: string;
  readonly text: string;
}

/** The turns as they are kept, in the order of the map's items. */
async function turnsOf(runId: string): Promise<Spoken[]> {
  const rows = await world.admin.sql<{ output: Spoken; finished: Date }[]>`
    select output, finished_at as finished from longhaul.run_steps
    where run_id = ${runId} and step = 'Speak' and status = 'succeeded' order by finished_at, item_path`;
  return rows.map(({ output }) => output);
}
const transcript = () =>
  [...world.objects.files].findLast(([path]) => path.endsWith("/transcript.md"))?.[1].toString() ?? "";

test("twenty-five agents in ten rounds: each turn once and in its order, though a worker dies in the middle", async () => {
  const message = await start(25, 10);
  const { runId } = message;
  let deaths = 0;
  world.faults.dies = (step, payload) => {
    const { input } = payload as { input: { turn?: { number: number } } };
    if (step !== "Speak" || input.turn?.number !== 100 || deaths > 0) return false;
    deaths += 1;
    return true;
  };
  await Promise.all([deliver(message), deliver(message), deliver(message)]);
  await world.until(runId, () => times("Speak") > 20);
  // The queue has waited long enough: the message comes again while the talk goes on.
  expect(await deliver(message)).toEqual({ sent: false });
  const run = await world.ended(runId, 200_000);
  expect(run).toMatchObject({ status: "succeeded", output: { turns: 260 } });
  expect(deaths).toBe(1);
  expect(times("Speak")).toBe(261);

  const turns = await turnsOf(runId);
  expect(turns.map(({ number }) => number)).toEqual(Array.from({ length: 260 }, (_, at) => at + 1));
  for (const { name } of agents(25)) expect(turns.filter(({ speaker }) => speaker === name)).toHaveLength(10);
  const text = transcript();
  let at = 0;
  for (const { speaker, text: said } of turns) {
    const place = text.indexOf(`**${speaker}:** ${said}`, at);
    expect(place, `${speaker} after character ${at}`).toBeGreaterThan(at);
    at = place;
  }
  const events = await world.eventsOf(runId);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place + 1));
  expect(events.filter(({ type }) => type === "run.started")).toHaveLength(1);
  const spoken = events.filter((event) => event.type === "step.succeeded" && event.step === "Speak");
  expect(spoken).toHaveLength(260);
  // And once more, long after the end.
  expect(await deliver(message)).toEqual({ sent: false });
  expect(await world.run(runId)).toMatchObject({ status: "succeeded", attempt: 1 });
}, 240_000);

test("messages out of order hold each talk, once", async () => {
  const messages = [await start(2, 1), await start(2, 1), await start(2, 1)];
  expect(published).toEqual(messages.map((message) => ({ ...message, priority: "standard" })));
  for (const message of messages.toReversed()) await deliver(message);
  for (const { runId } of messages) {
    expect(await world.ended(runId)).toMatchObject({ status: "succeeded", output: { turns: 3 } });
    expect((await turnsOf(runId)).map(({ number }) => number)).toEqual([1, 2, 3]);
  }
  expect(times("Speak")).toBe(9);
  expect(times("SumUp")).toBe(3);
});

test("a message of an earlier attempt, after its time and beside the later one's, changes nothing", async () => {
  const first = await start(2, 1);
  const { runId } = first;
  await deadLetter(deps, { ...first, reason: "received 3 times" });
  await requeue(deps, world.caller, { runId });
  await dispatchQueued(deps);
  const second = { runId, attempt: 2 };
  expect(published.at(-1)).toMatchObject(second);
  const answers = await Promise.all([deliver(first), deliver(second), deliver(first), deliver(second)]);
  expect(answers.filter(({ sent }) => sent).length).toBeGreaterThanOrEqual(1);
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 2, output: { turns: 3 } });
  expect(await deliver(first)).toEqual({ sent: false });
  expect(await deliver(second)).toEqual({ sent: false });
  expect(times("Speak")).toBe(3);
});

test("a message that comes for a run that was cancelled holds no talk", async () => {
  const message = await start(2, 1);
  await world.cancel(message.runId);
  await reconcile(deps);
  expect(await deliver(message)).toEqual({ sent: false });
  expect(await world.ended(message.runId)).toMatchObject({ status: "cancelled" });
  expect(times("Speak")).toBe(0);
});
