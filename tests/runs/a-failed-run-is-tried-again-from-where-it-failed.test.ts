import { randomUUID } from "node:crypto";
import { DeleteStateMachineVersionCommand, DescribeExecutionCommand } from "@aws-sdk/client-sfn";
import { FatalError } from "@longhaul/kit/step";
import { closeRun, rerun, rerunFrom, retryRun } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dataImport } from "./engine.js";
import { type LivesWorld, openLivesWorld, payloadOf } from "./lives-world.js";
import { importResult } from "./scripted-steps.js";

let world: LivesWorld;
beforeAll(async () => {
  world = await openLivesWorld();
});
beforeEach(() => world.reset());
afterAll(() => world[Symbol.asyncDispose]());

const failing = async () => {
  throw new FatalError("On purpose.", { code: "ON_PURPOSE" });
};
const operator = () => world.caller(world.ours);
const retry = (runId: string) => retryRun(world.deps, operator(), { runId });
const again = { correlationId: "corr-2", capabilities: new Set<"SIMULATION">() };

describe.each(["ProcessData", "SendNotification"] as const)("%s", (step) => {
  const before = step === "ProcessData" ? [] : ["ProcessData"];
  const after = step === "ProcessData" ? ["SendNotification"] : [];

  test("that fails once is called again, and no other is", async () => {
    let left = 1;
    const give = step === "ProcessData" ? importResult : { status: "sent", channel: "SMS", recipient: "x" };
    world.handle(step, async () => {
      if (left-- > 0) throw new Error("a blip");
      return give;
    });
    const runId = await world.go();
    expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 1 });
    expect(world.called).toEqual([...before, step, step, ...after]);
  });

  test("that always fails fails the run, and a retry goes on from there", async () => {
    const good = step === "ProcessData" ? importResult : { status: "sent", channel: "SMS", recipient: "x" };
    world.handle(step, failing);
    const runId = await world.go();
    expect(await world.ended(runId)).toMatchObject({ status: "failed", error: { code: "ON_PURPOSE", step } });

    expect(await retry(runId)).toEqual({ attempt: 2 });
    expect(await world.run(runId)).toMatchObject({ status: "queued", attempt: 2, finishedAt: null });
    await world.send();
    expect(await world.ended(runId)).toMatchObject({ status: "failed", attempt: 2 });

    world.handle(step, async () => good);
    await retry(runId);
    await world.send();
    expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 3, progress: 1 });
    expect(world.called).toEqual([...before, step, step, step, ...after]);
    const log = await world.log(runId);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log.filter(({ type }) => type === "run.retried").map(({ attempt }) => attempt)).toEqual([2, 3]);
  });

  test("delivered twice at the same moment, and again later, does its work once", async () => {
    const runId = await world.go();
    await world.ended(runId);
    world.handle(step, failing);
    world.called.length = 0;
    const second = await world.start();
    const input = (await world.stepsOf(runId)).find((done) => done.step === step)!.input;
    let effects = 0;
    world.leases.length = 0;
    world.handle(step, async () => {
      effects += 1;
      // Until all three have asked.
      await expect.poll(() => world.leases.length).toBeGreaterThanOrEqual(3);
      return step === "ProcessData" ? importResult : { status: "sent", channel: "SMS", recipient: "x" };
    });
    const payload = payloadOf(second, { state: step, input });
    const answers = await Promise.all([1, 2, 3].map(() => world.invokeStep(step, payload)));
    answers.push(await world.invokeStep(step, payload));
    expect(effects).toBe(1);
    expect(world.leases.filter((kind) => kind === "acquired")).toHaveLength(1);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

test("a run that is under way, has succeeded or is somebody else's is not tried again", async () => {
  const runId = await world.start();
  await expect(retry(runId)).rejects.toMatchObject({ code: "RUN_NOT_ENDED" });
  await world.send();
  await world.ended(runId);
  await expect(retry(runId)).rejects.toMatchObject({ code: "RUN_SUCCEEDED" });
  const stranger = world.caller(world.theirs);
  await expect(retryRun(world.deps, stranger, { runId })).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  const viewer = world.caller(world.ours, "viewer");
  await expect(retryRun(world.deps, viewer, { runId })).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("of ten retries at the same moment one counts", async () => {
  world.handle("ProcessData", failing);
  const runId = await world.go();
  await world.ended(runId);
  const tried = await Promise.allSettled(Array.from({ length: 10 }, () => retry(runId)));
  expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await world.run(runId)).toMatchObject({ attempt: 2 });
});

test("the end of an earlier attempt, told late, does not end the next", async () => {
  world.handle("SendNotification", failing);
  const runId = await world.go();
  await world.ended(runId);
  const told = world.events.find(({ name, status }) => name === `${runId}-1` && status === "FAILED");
  await retry(runId);
  expect(await closeRun(world.deps, told)).toEqual({ closed: false });
  expect(await world.run(runId)).toMatchObject({ status: "queued" });
});

test("a step of an earlier attempt that is still at work can store nothing", async () => {
  const runId = await world.start();
  await world.send();
  await world.ended(runId);
  await expect(world.invokeStep("ProcessData", payloadOf(runId))).rejects.toThrow("RUN_ENDED");
  world.handle("SendNotification", failing);
  const other = await world.go();
  await world.ended(other);
  await retry(other);
  const late = payloadOf(other, { state: "SendNotification" });
  await expect(world.invokeStep("SendNotification", late)).rejects.toThrow("STALE_ATTEMPT");
});

describe("when another version was deployed meanwhile", () => {
  /** The workflow as it is deployed anew: another text is another version. */
  const deployed = async (Comment: string) => {
    const arn = await world.deploy("longhaul-data-import", { ...dataImport(), Comment });
    return { ...world.deps, stateMachines: { ...world.deps.stateMachines, "data-import": arn } };
  };
  const versionOf = async (runId: string) => {
    const { executionArn, stateMachineVersionArn } = await world.attempt(runId);
    const told = await world.sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(told.stateMachineVersionArn).toBe(stateMachineVersionArn);
    return stateMachineVersionArn;
  };

  test("a retry goes on with the version that the run began with, a rerun takes the new one", async () => {
    world.handle("SendNotification", failing);
    const first = await deployed("the first");
    const runId = await world.go({}, first);
    await world.ended(runId);
    const second = await deployed("the second");
    world.reset();
    await retry(runId);
    await world.send(second);
    expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 2 });
    expect(await versionOf(runId)).toBe(first.stateMachines["data-import"]);

    const { runId: other } = await rerun(second, operator(), { runId, ...again });
    await world.send(second);
    expect(await world.ended(other)).toMatchObject({ status: "succeeded" });
    expect(await versionOf(other)).toBe(second.stateMachines["data-import"]);
  });

  test("a retry of a run whose version is gone says so, and starts nothing", async () => {
    world.handle("SendNotification", failing);
    const first = await deployed("that goes");
    const runId = await world.go({}, first);
    await world.ended(runId);
    const second = await deployed("that stays");
    const stateMachineVersionArn = first.stateMachines["data-import"];
    await world.sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn }));
    await retry(runId);
    await world.send(second);
    expect(await world.run(runId)).toMatchObject({
      status: "failed",
      attempt: 2,
      error: { code: "VERSION_GONE", message: expect.stringContaining("Run it anew") },
    });
  });
});

describe("a run again", () => {
  test("from its beginning takes the input and nothing else", async () => {
    const runId = await world.go({ name: "April" });
    const first = await world.ended(runId);
    const { runId: other } = await rerun(world.deps, operator(), { runId, ...again });
    await world.send();
    const second = await world.ended(other);
    expect(second).toMatchObject({
      status: "succeeded",
      input: first.input,
      rerunOf: runId,
      rerunFrom: null,
    });
    expect(world.calls("ProcessData")).toBe(2);
  });

  test("from a step on is answered from the copied checkpoints, edited as they were", async () => {
    const runId = await world.go();
    await world.ended(runId);
    const given: unknown[] = [];
    world.handle("SendNotification", async (input) => {
      given.push(input);
      return { status: "sent", channel: "EMAIL", recipient: "x" };
    });
    const outputs = { ProcessData: { ...importResult, summary: "Edited by hand." } };
    const request = { runId, ...again, step: "SendNotification", outputs };
    const { runId: other } = await rerunFrom(world.deps, operator(), request);
    const [copied] = await world.stepsOf(other);
    expect(copied).toMatchObject({ step: "ProcessData", status: "succeeded", copiedFrom: runId });
    await world.send();
    expect(await world.ended(other)).toMatchObject({
      status: "succeeded",
      output: { summary: "Edited by hand." },
      rerunOf: runId,
      rerunFrom: "SendNotification",
    });
    expect(given).toMatchObject([{ summary: "Edited by hand." }]);
    expect(world.calls("ProcessData")).toBe(1);
    expect(await world.run(runId)).toMatchObject({ output: { summary: "All 2 rows were read." } });
  });

  test("from a failed step goes on with what came before it", async () => {
    world.handle("SendNotification", failing);
    const runId = await world.go();
    await world.ended(runId);
    world.reset();
    const request = { runId, ...again, step: "SendNotification" };
    const { runId: other } = await rerunFrom(world.deps, operator(), request);
    await world.send();
    expect(await world.ended(other)).toMatchObject({ status: "succeeded" });
    expect(world.called).toEqual(["SendNotification"]);
  });

  test("may read the files that edited outputs name, and none of which nobody knows", async () => {
    const runId = await world.go();
    await world.ended(runId);
    const file = await world.upload();
    const request = { runId, ...again, step: "SendNotification" };
    const naming = (profileArtifactId: string) =>
      rerunFrom(world.deps, operator(), {
        ...request,
        outputs: { ProcessData: { ...importResult, profileArtifactId } },
      });
    const { runId: other } = await naming(file);
    const files = await world.admin.sql`select artifact_id from longhaul.run_files where run_id = ${other}`;
    expect(files.map(({ artifact_id }) => artifact_id as string)).toContain(file);
    for (const unknown of [randomUUID(), await world.upload(world.theirs)]) {
      await expect(naming(unknown)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    }
  });

  test("takes the output of a step that had failed from whoever knows it", async () => {
    world.handle("ProcessData", failing);
    const runId = await world.go();
    await world.ended(runId);
    world.reset();
    const known = { ...importResult, profileArtifactId: await world.upload() };
    const request = { runId, ...again, step: "SendNotification", outputs: { ProcessData: known } };
    const { runId: other } = await rerunFrom(world.deps, operator(), request);
    await world.send();
    expect(await world.ended(other)).toMatchObject({ status: "succeeded" });
    expect(world.called).toEqual(["SendNotification"]);
  });

  test.each([
    [{ step: "Nowhere" }, "STEP_NOT_FOUND"],
    [{ step: "constructor" }, "STEP_NOT_FOUND"],
    [{ step: "SendNotification" }, "STEP_NOT_REACHED"],
    [
      { step: "SendNotification", outputs: { ProcessData: { ...importResult, rowsRead: "two" } } },
      "OUTPUT_INVALID",
    ],
    [{ step: "SendNotification", outputs: { Elsewhere: {} } }, "OUTPUT_INVALID"],
    [{ step: "ProcessData", outputs: { ProcessData: importResult } }, "OUTPUT_INVALID"],
    [{ step: "SendNotification", outputs: { "ProcessData[3]": importResult } }, "STEP_NOT_REACHED"],
    [{ step: "ProcessData", input: { file: "no file" } }, "INPUT_INVALID"],
  ])("%j is refused: %s", async (request, code) => {
    world.handle("ProcessData", failing);
    const runId = await world.go();
    await world.ended(runId);
    const asked = rerunFrom(world.deps, operator(), { runId, ...again, ...request });
    await expect(asked).rejects.toMatchObject({ code });
  });

  test("keeps the files of the steps that it has copied when the earlier run is deleted", async () => {
    const runId = await world.go();
    await world.ended(runId);
    const { organisationId } = world.ours;
    const [file] = await world.admin.sql<{ id: string }[]>`
      insert into longhaul.artifacts (organisation_id, run_id, step, item_path, visit, kind, status, name, content_type, size, path)
      values (${organisationId}, ${runId}, 'ProcessData', '', 0, 'output', 'ready', 'a.json', 'text/json', 1, ${runId})
      returning id`;
    const request = { runId, ...again, step: "SendNotification" };
    const { runId: other } = await rerunFrom(world.deps, operator(), request);
    await world.admin.sql`delete from longhaul.runs where id = ${runId}`;
    const left = await world.admin.sql`select run_id from longhaul.artifacts where id = ${file!.id}`;
    expect(left).toEqual([{ run_id: other }]);
    await world.admin.sql`delete from longhaul.runs where id = ${other}`;
    expect(await world.admin.sql`select from longhaul.artifacts where id = ${file!.id}`).toEqual([]);
  });

  test("is queued once for one key, however often it is asked for", async () => {
    const runId = await world.go();
    await world.ended(runId);
    const request = { runId, ...again, step: "SendNotification", idempotencyKey: `again-${runId}` };
    const first = await rerunFrom(world.deps, operator(), request);
    expect(await rerunFrom(world.deps, operator(), request)).toEqual({ runId: first.runId, created: false });
    await expect(
      rerunFrom(world.deps, operator(), { ...request, step: "ProcessData" }),
    ).rejects.toMatchObject({ code: "IDEMPOTENCY_CONFLICT" });
  });
});

test("a poll loop of fifty visits and a nested map keep their checkpoints apart", async () => {
  const runId = await world.start();
  const { input } = payloadOf(runId);
  const items = ["0", "1", "0/0", "0/1", "1/0"];
  const payloads = [
    ...Array.from({ length: 50 }, (_, visit) => payloadOf(runId, { visit, input })),
    ...items.map((itemPath) => payloadOf(runId, { itemPath, input })),
  ];
  let rows = 0;
  const keys = new Set<string>();
  world.handle("ProcessData", async (_, ctx) => {
    keys.add(ctx.idempotencyKey);
    rows += 1;
    return { ...importResult, rowsRead: rows };
  });
  const rowsOf = async () => {
    const answers = [];
    for (const payload of payloads) answers.push(await world.invokeStep("ProcessData", payload));
    return answers.map(({ output }) => (output as { rowsRead: number }).rowsRead);
  };
  const first = await rowsOf();
  expect(new Set(first).size).toBe(55);
  expect(keys.size).toBe(55);
  expect(await rowsOf()).toEqual(first);
  expect(rows).toBe(55);
});
