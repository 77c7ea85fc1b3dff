import { afterEach, beforeEach, expect, test } from "vitest";
import { type Client, clientsOf } from "../api/clients.js";
import { numbersTo, watch } from "../api/watching.js";
import { type Stack, startStack } from "../support/stack.js";

let stack: Stack;
let clients: ReturnType<typeof clientsOf>;
beforeEach(async () => {
  stack = await startStack();
  clients = clientsOf(stack.url);
});
afterEach(async () => {
  clients.close();
  await stack[Symbol.asyncDispose]();
});

const rows = 400_000;

/** About 20 MB: a few seconds of work, so that there is a middle to be killed in. */
function readings(): string {
  const lines = ["sensor,taken_at,celsius,note"];
  for (let i = 0; i < rows; i++) {
    const day = String(1 + (i % 28)).padStart(2, "0");
    lines.push(`sensor-${i % 97},2026-03-${day}T08:15:00Z,${(i % 400) / 10},"row ${i}, checked"`);
  }
  return `${lines.join("\n")}\n`;
}

async function startImport(http: Client): Promise<string> {
  const content = readings();
  const { artifact, upload } = await http.artifacts.createUpload.mutate({
    name: "readings.csv",
    size: content.length,
    contentType: "text/csv",
  });
  const sent = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: content });
  expect(sent.status).toBe(200);
  const run = await http.workflows.dataImport.start.mutate({
    input: { file: artifact.id, name: "Readings" },
  });
  return run.runId;
}

test("kill -9 of the local cloud and the API in the middle of an import, and of the API once more", async () => {
  const token = await stack.signInDemo();
  const http = clients.http({ token });
  const runId = await startImport(http);
  const watcher = watch(clients.ws(token), runId);
  const inTheMiddleOfTry = (n: number) => {
    const since = watcher.events.findIndex(({ type, data }) => type === "step.started" && data["try"] === n);
    return since >= 0 && watcher.events.slice(since).some(({ type }) => type === "step.progress");
  };
  const watchUntil = async (condition: () => boolean) => {
    for (let seq = 1; !condition(); seq++) await watcher.reaches(seq);
  };

  await watchUntil(() => inTheMiddleOfTry(1));
  await Promise.all([stack.kill("cloud"), stack.kill("api")]);
  await stack.startCloud();
  await stack.startApi();

  await watchUntil(() => inTheMiddleOfTry(2));
  await stack.kill("api");
  await stack.startApi();

  await watcher.done;
  const { run, steps, artifacts, notifications } = await http.runs.get.query({ runId });
  expect(run).toMatchObject({
    status: "succeeded",
    output: { rowsRead: rows, rowsAccepted: rows, rowsRejected: 0 },
  });
  expect(watcher.events.map((event) => event.seq)).toEqual(numbersTo(run.lastSeq));

  const types = watcher.events.map((event) => event.type);
  const started = watcher.events.filter(
    (event) => event.type === "step.started" && event.step === "ProcessData",
  );
  expect(started.map(({ data }) => data["try"])).toEqual([1, 2]);
  expect(types.filter((type) => type === "run.succeeded")).toHaveLength(1);
  expect(
    watcher.events.filter((event) => event.type === "step.succeeded").map((event) => event.step),
  ).toEqual(["ProcessData", "SendNotification"]);
  expect(steps.map((step) => [step.step, step.status])).toEqual([
    ["ProcessData", "succeeded"],
    ["SendNotification", "succeeded"],
  ]);
  expect(new Set(artifacts.map((artifact) => artifact.name)).size).toBe(artifacts.length);
  expect(notifications.map((notification) => notification.status)).toEqual(["sent"]);

  // Who comes late reads the same log.
  const late = watch(clients.ws(token), runId, Math.floor(run.lastSeq / 2));
  await late.done;
  const first = late.events[0]?.seq ?? 0;
  expect(late.events).toEqual(watcher.events.slice(first - 1));
});
