import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { importResult } from "../runs/scripted-steps.js";
import { type ApiWorld, openApiWorld } from "./api-world.js";
import { numbersTo, watch } from "./watching.js";

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
beforeEach(() => world.steps.reset());
afterAll(() => world[Symbol.asyncDispose]());

test("upload, start, watch over WebSocket, result", async () => {
  const { clients, ours } = world;
  const client = clients.http(ours.operator);
  const file = await world.upload(ours.operator);
  const release = world.steps.hold("ProcessData");
  const { runId, created } = await client.workflows.dataImport.start.mutate({
    input: { file, name: "March" },
  });
  expect(created).toBe(true);

  const watched = watch(clients.ws(ours.viewer.token), runId);
  await watched.open;
  await world.steps.begins("ProcessData");
  await world.append(runId, 5);
  await watched.reaches(7);
  release();
  await watched.done;

  expect(watched.events.map(({ seq }) => seq)).toEqual(numbersTo(8));
  expect(watched.events.at(-1)).toMatchObject({ type: "run.succeeded" });
  expect(watched.updates.at(-1)!.run).toMatchObject({
    status: "succeeded",
    progress: 1,
    output: importResult,
  });

  const details = await client.runs.get.query({ runId });
  expect(details.run).toMatchObject({ id: runId, status: "succeeded", lastSeq: 8 });
  expect(details.artifacts).toMatchObject([{ id: file, kind: "upload", status: "ready", size: 12 }]);
  const { url } = await client.artifacts.signedUrl.query({ artifactId: file });
  expect(await (await fetch(url)).text()).toBe("a,b\n1,2\n3,4\n");
  const saved = await client.artifacts.signedUrl.query({ artifactId: file, download: true });
  expect((await fetch(saved.url)).headers.get("content-disposition")).toContain("readings.csv");
});

test("the same over server-sent events, and by polling", async () => {
  const { clients, ours } = world;
  const release = world.steps.hold("ProcessData");
  const runId = await world.start(ours.operator);
  const watched = watch(clients.sse(ours.viewer), runId);
  await watched.open;
  await world.append(runId, 3);
  await watched.reaches(5);
  release();
  await watched.done;
  expect(watched.events.map(({ seq }) => seq)).toEqual(numbersTo(6));

  const viewer = clients.http(ours.viewer);
  const all = await viewer.runs.events.query({ runId });
  expect(all.events).toEqual(watched.events);
  const rest = await viewer.runs.events.query({ runId, after: 4 });
  expect(rest.events.map(({ seq }) => seq)).toEqual([5, 6]);
  expect(rest.run.status).toBe("succeeded");
});

test("the workflow's own watch is typed by its contract and knows no other workflow's runs", async () => {
  const { clients, ours } = world;
  const runId = await world.start(ours.operator);
  const client = clients.ws(ours.operator.token);
  const rows = await new Promise<number>((resolve, reject) => {
    client.workflows.dataImport.watch.subscribe(
      { runId },
      {
        onData({ data }) {
          if ("run" in data && data.run.status === "succeeded") resolve(data.run.output.rowsRead);
        },
        onError: reject,
      },
    );
  });
  expect(rows).toBe(importResult.rowsRead);
  await world.admin.sql`update longhaul.runs set workflow = 'another' where id = ${runId}`;
  const refused = new Promise((resolve) => {
    client.workflows.dataImport.watch.subscribe(
      { runId },
      { onError: (error) => resolve(error.data?.errorCode) },
    );
  });
  expect(await refused).toBe("RUN_NOT_FOUND");
});

test("one correlation id goes from the request into header, log, run and execution", async () => {
  const { clients, ours } = world;
  const correlationId = "trace-42:a.b";
  const file = await world.upload(ours.operator);
  const payloads: unknown[] = [];
  world.steps.script("ProcessData", (payload) => {
    payloads.push(payload["correlationId"]);
    return { statusCode: 200, executedVersion: "1", payload: JSON.stringify({ output: importResult }) };
  });
  const answer = await fetch(`${clients.url}/workflows.dataImport.start`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ours.operator.token}`,
      "content-type": "application/json",
      "x-correlation-id": correlationId,
    },
    body: JSON.stringify({ input: { file, name: "March" } }),
  });
  expect(answer.headers.get("x-correlation-id")).toBe(correlationId);
  const { result } = (await answer.json()) as { result: { data: { runId: string } } };
  const watched = watch(clients.ws(ours.operator.token), result.data.runId);
  await watched.done;
  expect(watched.updates.at(-1)!.run.correlationId).toBe(correlationId);
  expect(payloads).toEqual([correlationId]);
  expect(world.log.lines.filter((line) => line["correlationId"] === correlationId).length).toBeGreaterThan(1);
});

test("cancelled by a click: the watcher sees who and when, and the feed ends", async () => {
  const { clients, ours } = world;
  world.steps.hold("ProcessData");
  const runId = await world.start(ours.operator);
  await world.underWay(runId);
  const watched = watch(clients.ws(ours.viewer.token), runId);
  await watched.open;
  expect(await clients.http(ours.operator).runs.cancel.mutate({ runId })).toEqual({ ended: true });
  await watched.done;
  expect(watched.events.map(({ type }) => type)).toEqual([
    "run.queued",
    "run.started",
    "run.cancelling",
    "run.cancelled",
  ]);
  await expect(clients.http(ours.operator).runs.cancel.mutate({ runId })).rejects.toMatchObject({
    data: { errorCode: "RUN_ENDED", httpStatus: 409 },
  });
});

test("the catalogue gives what form, stages and graph are drawn from", async () => {
  const client = world.clients.http(world.ours.viewer);
  const cards = await client.workflows.list.query();
  expect(cards[0]).toMatchObject({ name: "data-import", key: "dataImport", startedFrom: null });
  expect(cards.find(({ name }) => name === "twin-removal")).toMatchObject({ startedFrom: "a twin's page" });
  const details = await client.workflows.get.query({ workflow: "data-import" });
  expect(details.stages.map(({ key }) => key)).toEqual(["process", "notify"]);
  expect(details.graph).toMatchObject({ start: "ProcessData" });
  expect(details.definitionHash).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.parse(details.definition)).toMatchObject({ StartAt: "ProcessData" });
  const { properties, required } = details.inputSchema as {
    properties: Record<string, Record<string, unknown>>;
    required: string[];
  };
  expect(properties["file"]).toMatchObject({
    format: "longhaul-artifact",
    maxBytes: 52_428_800,
    title: "File",
  });
  expect(required).toEqual(["file", "name"]);
  // SIMULATION is off here.
  expect(Object.keys(properties)).not.toContain("simulation");
  await expect(client.workflows.get.query({ workflow: "constructor" })).rejects.toMatchObject({
    data: { errorCode: "WORKFLOW_NOT_FOUND" },
  });
});

test("a person changes how they are told, and nothing else by it", async () => {
  const client = world.clients.http(world.ours.viewer);
  const before = await client.me.get.query();
  expect(before).toMatchObject({
    email: world.ours.viewer.email,
    organisation: { id: world.ours.id, name: "ours", role: "viewer" },
    notificationChannel: "EMAIL",
  });
  const after = await client.me.update.mutate({ notificationChannel: "SMS", phone: "+4915112345678" });
  expect(after).toEqual({ ...before, notificationChannel: "SMS", phone: "+4915112345678" });
  expect(await client.me.update.mutate({ phone: null })).toMatchObject({
    phone: null,
    notificationChannel: "SMS",
  });
});

test("lists page without a gap, filter and search", async () => {
  const { ours, clients } = world;
  const ids: string[] = [];
  for (let number = 0; number < 5; number += 1)
    ids.unshift(await world.start(ours.operator, `Paged ${number}`));
  const client = clients.http(ours.viewer);
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await client.runs.list.query({ search: "paged", limit: 2, cursor });
    seen.push(...page.runs.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor);
  expect(seen).toEqual(ids);
  const one = await client.runs.list.query({ search: ids[2]! });
  expect(one.runs.map(({ id }) => id)).toEqual([ids[2]]);
  expect((await client.runs.list.query({ search: "paged", statuses: ["timed_out"] })).runs).toEqual([]);
  expect((await client.runs.list.query({ workflow: "no-such" })).runs).toEqual([]);
  expect((await client.runs.list.query({ search: "%" })).runs).toEqual([]);
});
