import { TRPCClientError } from "@trpc/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AppRouter, createCaller } from "@longhaul/api";
import { openApiWorld, type ApiWorld, type Member } from "./api-world.js";
import { clientsOf } from "./clients.js";
import { manualClock } from "./manual-parts.js";
import { watch } from "./watching.js";

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A quarter of what may come in a minute may come at once. */
const atOnce = (perMinute: number) => (perMinute * 10) / 4;

/** Of live views, four minutes' worth may be opened at once. */
const viewsAtOnce = (perMinute: number) => perMinute * 10 * 4;

/** An API of its own whose clock stands still, and real clients of it. */
async function serve(perMinute: number) {
  const clock = manualClock();
  const services = world.open({ clock }, { HTTP_REQUESTS_PER_MINUTE: perMinute });
  const api = world.serve(services, { requestsPerMinute: perMinute });
  const url = await api.start(0, "127.0.0.1");
  const clients = clientsOf(url);
  return {
    ...{ clock, services, url, clients },
    async [Symbol.asyncDispose]() {
      clients.close();
      // What is left of its connections is cut when the time for that has come.
      const closed = api.close();
      const timer = setInterval(() => clock.move(1_000), 10);
      await closed;
      clearInterval(timer);
      await services.close();
    },
  };
}

async function refusalOf(call: Promise<unknown>) {
  const thrown: unknown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  return thrown instanceof TRPCClientError ? (thrown as TRPCClientError<AppRouter>) : thrown;
}
const tooMany = {
  message: expect.stringMatching(/^Too many requests\. Try again in \d+ s\.$/),
  data: { code: "TOO_MANY_REQUESTS", errorCode: "TOO_MANY_REQUESTS", httpStatus: 429, retryAfterSeconds: 2 },
};

test("a person who calls too often is told when to come back, over HTTP as over a socket, and nobody else notices", async () => {
  await using served = await serve(4);
  const { clients, clock, url } = served;
  const { viewer, admin } = world.ours;
  const http = clients.http(viewer);
  for (let count = 0; count < atOnce(4); count += 1) await http.plan.get.query();
  expect(await refusalOf(http.plan.get.query())).toMatchObject(tooMany);
  expect(await refusalOf(clients.ws(viewer.token).plan.get.query())).toMatchObject(tooMany);
  const plain = await fetch(`${url}/trpc/plan.get`, { headers: { authorization: `Bearer ${viewer.token}` } });
  expect([plain.status, plain.headers.get("retry-after")]).toEqual([429, "2"]);

  await clients.http(admin).plan.get.query();
  // Who has asked too often may still change something, were it not for the role; and the HTTP API counts by itself.
  const cancelling = http.runs.cancel.mutate({ runId: crypto.randomUUID() });
  expect(await refusalOf(cancelling)).toMatchObject({ data: { errorCode: "ROLE_TOO_LOW" } });
  const asked = await fetch(`${url}/api/jobs?limit=1`, {
    headers: { authorization: `Bearer ${viewer.token}` },
  });
  expect(asked.status).toBe(200);

  clock.move(2_000);
  await http.plan.get.query();
  expect(await refusalOf(http.plan.get.query())).toMatchObject(tooMany);
});

test("every call of a batch counts", async () => {
  await using served = await serve(4);
  const { viewer } = world.ours;
  const batch = async () => {
    const paths = Array.from({ length: 6 }, () => "plan.get").join(",");
    const answer = await fetch(`${served.url}/trpc/${paths}?batch=1`, {
      headers: { authorization: `Bearer ${viewer.token}` },
    });
    const results = (await answer.json()) as { error?: { data: { errorCode: string } } }[];
    return [answer.headers.get("retry-after"), results.flatMap(({ error }) => error?.data.errorCode ?? [])];
  };
  expect(await batch()).toEqual([null, []]);
  expect(await batch()).toEqual(["2", ["TOO_MANY_REQUESTS", "TOO_MANY_REQUESTS"]]);
});

test("live views open and come back however often, also for who has called too often", async () => {
  await using served = await serve(4);
  const { clients, services } = served;
  const { operator } = world.ours;
  const runId = await world.start(operator);
  const http = clients.http(operator);
  for (let count = 0; count < atOnce(4); count += 1) await http.plan.get.query();
  expect(await refusalOf(http.plan.get.query())).toMatchObject(tooMany);
  for (let count = 0; count < 3 * atOnce(4); count += 1) {
    const view = watch(clients.ws(operator.token), runId);
    await view.open;
    view.stop();
    clients.close();
  }
  // Nor did they take from what there is to change something.
  expect(services.rates.calls.take(`mutation ${operator.id}`, atOnce(4))).toBe(0);
  await world.end(runId);
});

test("who opens live views and leaves them in a loop is told, over any way; what is open goes on, and nobody else notices", async () => {
  await using served = await serve(1);
  const { clients, clock } = served;
  const { operator, viewer } = world.ours;
  const runId = await world.start(operator);
  const kept = watch(clients.ws(viewer.token), runId);
  await kept.open;
  const socket = clients.ws(viewer.token);
  for (let count = 1; count < viewsAtOnce(1); count += 1) {
    const view = watch(socket, runId);
    await view.open;
    view.stop();
  }
  const told = {
    message: expect.stringMatching(/^Too many live views were opened\. Try again in \d+ s\.$/),
    data: { code: "TOO_MANY_REQUESTS", errorCode: "TOO_MANY_REQUESTS", retryAfterSeconds: 6 },
  };
  expect(await refusalOf(watch(socket, runId).done)).toMatchObject(told);
  expect(await refusalOf(watch(clients.sse(viewer), runId).done)).toMatchObject(told);
  const others = watch(clients.ws(operator.token), runId);
  await others.open;
  // Calls are counted by themselves.
  await clients.http(viewer).plan.get.query();

  clock.move(6_000);
  await watch(socket, runId).open;
  expect(await refusalOf(watch(socket, runId).done)).toMatchObject({
    data: { errorCode: "TOO_MANY_REQUESTS" },
  });
  await world.end(runId);
  await Promise.all([kept.done, others.done]);
});

test("as many clients as one process holds may come back at once, and twenty tabs by a wire that breaks each two seconds", async () => {
  await using served = await serve(600);
  const { clock, services } = served;
  const { viewer, operator } = world.ours;
  const come = (who: Member, views: number) => {
    for (let view = 0; view < views; view += 1) expect(services.rates.views.take(who.id)).toBe(0);
  };
  come(viewer, 20_000);
  const [tabs, viewsOfPage] = [20, 8];
  for (let second = 0; second < 1_200; second += 2) {
    come(operator, tabs * viewsOfPage);
    clock.move(2_000);
  }
});

test("twenty tabs that ask all the time, and all reload at once, use up nothing", async () => {
  await using served = await serve(600);
  const { clock, services, clients } = served;
  const { viewer } = world.ours;
  const ask = (who: Member, calls: number) => {
    for (let call = 0; call < calls; call += 1) expect(services.rates.calls.take(`query ${who.id}`)).toBe(0);
  };
  const [tabs, ofPage] = [20, 30];
  for (let second = 0; second < 600; second += 1) {
    // The page that asks most often asks for its log each two seconds, and for the rest each five.
    ask(viewer, tabs * (second % 2 === 0 ? 1 : 0) + tabs * (second % 5 === 0 ? 4 : 0));
    if (second % 60 === 0) ask(viewer, tabs * ofPage);
    clock.move(1_000);
  }
  // The key is the one that calls are counted by.
  expect(services.rates.calls.take(`query ${viewer.id}`, 1_500)).toBe(0);
  expect(await refusalOf(clients.http(viewer).plan.get.query())).toMatchObject({
    data: { errorCode: "TOO_MANY_REQUESTS" },
  });
});

test("calls within the process, as the HTTP API makes them, are not counted again", async () => {
  await using served = await serve(1);
  const api = await createCaller(served.services, { token: world.ours.viewer.token });
  for (let count = 0; count < 2 * atOnce(4); count += 1) await api.plan.get();
});
