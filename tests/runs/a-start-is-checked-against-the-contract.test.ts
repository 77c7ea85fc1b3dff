import { randomUUID } from "node:crypto";
import { DatabaseRefusal } from "@longhaul/db";
import { RunsRefusal, startRun } from "@longhaul/runs";
import { machines } from "@longhaul/workflows/machines";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRunsWorld, requestOf, type RunsWorld } from "./runs-world.js";

let world: RunsWorld;
let file: string;
beforeAll(async () => {
  world = await openRunsWorld();
  file = await world.upload();
});
afterAll(() => world[Symbol.asyncDispose]());

const start = (input: unknown, over: Partial<Parameters<typeof startRun>[2]> = {}) =>
  startRun(world.deps, world.caller(world.ours), { ...requestOf(input), ...over });

async function refusal(work: Promise<unknown>): Promise<RunsRefusal | DatabaseRefusal> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RunsRefusal || error instanceof DatabaseRefusal) return error;
  throw new Error(`not refused: ${String(error)}`);
}

async function countRuns(): Promise<number> {
  const [row] = await world.admin.sql<{ n: number }[]>`select count(*)::int as n from longhaul.runs`;
  return row!.n;
}

test("a run is stored as its contract and its machine say", async () => {
  const { runId, created } = await start({ file, name: "  March  ", priority: "high" });
  expect(created).toBe(true);
  const run = await world.run(runId);
  expect(run).toMatchObject({
    status: "queued",
    reason: null,
    name: "March",
    priority: "high",
    workflow: "data-import",
    correlationId: "corr-1",
    definitionHash: machines["data-import"].hash,
    input: { file, name: "March", priority: "high", maxRejectedShare: 0.05 },
    lastSeq: 1,
  });
  expect(run.stages.map(({ key, label, status }) => ({ key, label, status }))).toEqual([
    { key: "process", label: "Reading and checking your file", status: "pending" },
    { key: "notify", label: "Telling you", status: "pending" },
  ]);
  expect(await world.log(runId)).toMatchObject([{ seq: 1, type: "run.queued" }]);
});

test("each thing that is wrong is named with its field, and nothing is stored", async () => {
  const before = await countRuns();
  const { code, issues } = (await refusal(
    start({ file: "no id", name: " ", priority: "tomorrow", surprise: 1 }),
  )) as RunsRefusal;
  expect(code).toBe("INPUT_INVALID");
  expect(issues.map(({ path }) => path.join("."))).toEqual(
    expect.arrayContaining(["file", "name", "priority"]),
  );
  expect(await countRuns()).toBe(before);
});

test.each([null, "text", 7, [], undefined])("an input that is no object is refused: %s", async (input) => {
  expect((await refusal(start(input))).code).toBe("INPUT_INVALID");
});

test("a field of a capability is refused where it is off, and taken where it is on", async () => {
  const input = { file, name: "March", simulation: { failureRate: 0.5 } };
  const error = (await refusal(start(input))) as RunsRefusal;
  expect(error.issues).toEqual([
    { path: ["simulation"], message: '"simulation" works only where SIMULATION is on.' },
  ]);
  const { runId } = await start(input, { capabilities: new Set(["SIMULATION"]) });
  expect((await world.run(runId)).input).toMatchObject({ simulation: { failureRate: 0.5 } });
});

test("an input over 200 kB is refused with its size", async () => {
  const error = await refusal(start({ file, name: "March", extra: "x".repeat(250_000) }));
  expect(error).toMatchObject({ code: "INPUT_TOO_LARGE" });
  expect(error.message).toContain("251 kB");
});

test.each(["a\u0000b", "a\ud800b"])("text that Postgres cannot keep is refused", async (name) => {
  expect((await refusal(start({ file, name }))).code).toBe("INPUT_INVALID");
});

test("text that only looks like such an escape is kept", async () => {
  const { runId } = await start({ file, name: "C:\\u0000 and 😀" });
  expect((await world.run(runId)).name).toBe("C:\\u0000 and 😀");
});

test.each(["no-such", "constructor", "__proto__"])("a workflow that does not exist: %s", async (workflow) => {
  expect((await refusal(start({ file, name: "March" }, { workflow }))).code).toBe("WORKFLOW_NOT_FOUND");
});

test("a workflow that is not deployed here is refused at once", async () => {
  const request = requestOf({ file, name: "March" });
  const attempt = startRun({ ...world.deps, stateMachines: {} }, world.caller(world.ours), request);
  expect((await refusal(attempt)).code).toBe("WORKFLOW_NOT_DEPLOYED");
});

test("the file must be there, and the organisation's own", async () => {
  const theirs = await world.upload(world.theirs);
  for (const missing of [randomUUID(), theirs]) {
    const error = (await refusal(start({ file: missing, name: "March" }))) as RunsRefusal;
    expect(error).toMatchObject({ code: "INPUT_INVALID", issues: [{ path: ["file"] }] });
  }
  const removed = await world.upload();
  await world.admin.sql`delete from storage.objects where name like ${`%${removed}%`}`;
  expect((await refusal(start({ file: removed, name: "March" }))).code).toBe("FILE_NOT_FOUND");
});

test("a file that is larger than its field takes is refused in the field", async () => {
  const large = await world.upload();
  await world.admin.sql`update longhaul.artifacts set size = 60000000 where id = ${large}`;
  const error = (await refusal(start({ file: large, name: "March" }))) as RunsRefusal;
  expect(error.issues).toEqual([{ path: ["file"], message: "The file has 57.2 MB; the most is 50 MB." }]);
});

test("so is one that was just uploaded, and it leaves no run behind", async () => {
  const before = await countRuns();
  const large = await world.upload();
  await world.admin
    .sql`update storage.objects set metadata = '{"size": 60000000}' where name like ${`%${large}%`}`;
  const error = (await refusal(start({ file: large, name: "March" }))) as RunsRefusal;
  expect(error.issues).toEqual([{ path: ["file"], message: "The file has 57.2 MB; the most is 50 MB." }]);
  expect(await countRuns()).toBe(before);
});

test("a viewer may not start", async () => {
  const attempt = startRun(
    world.deps,
    world.caller(world.ours, "viewer"),
    requestOf({ file, name: "March" }),
  );
  expect((await refusal(attempt)).code).toBe("FORBIDDEN");
});

test("a key that was used before gives the first run, or a refusal for another input", async () => {
  const idempotencyKey = randomUUID();
  const first = await start({ file, name: "March" }, { idempotencyKey });
  const second = await start({ file, name: "March" }, { idempotencyKey });
  expect(second).toEqual({ runId: first.runId, created: false });
  const other = start({ file, name: "April" }, { idempotencyKey });
  expect((await refusal(other)).code).toBe("IDEMPOTENCY_CONFLICT");
});
