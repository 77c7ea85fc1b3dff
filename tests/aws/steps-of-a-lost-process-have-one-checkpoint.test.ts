import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventsOf, openWorld, startRun, type World } from "../support/database.js";
import { startTestAws, testFunction } from "./local-aws.js";

let world: World;
let folder: string;
beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), "longhaul-checkpoints-"));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const count = 8;

it("runs the steps again whose process another has crashed, once each, as the same try and without waiting for leases", async () => {
  const environment = { BEGUN: join(folder, "begun"), DATABASE_URL: world.database.workerUrl };
  const spec = testFunction("step", { file: "step.mjs", concurrency: 64, environment });
  await using local = await startTestAws([spec]);
  const invoke = async (runId: string, number: number, behaviour: string) => {
    const input = { behaviour, number, all: count + 1 };
    const step = { attempt: 1, correlationId: "c-1", state: "ReadFile", itemPath: "", visit: 0, input };
    const payload = JSON.stringify({ run: runId, ...step });
    return local.aws.lambda.invoke({ functionName: "step", payload });
  };
  const runs = await Promise.all(Array.from({ length: count + 1 }, () => startRun(world.api, world.ours)));
  const [culprit = "", ...companions] = runs;
  const crashed = invoke(culprit, 0, "crash");
  const answers = await Promise.all(companions.map((run, place) => invoke(run, place + 1, "companion")));
  expect(answers.map(({ payload }) => (JSON.parse(payload) as { output: unknown }).output)).toEqual(
    companions.map((_, place) => ({ number: place + 1, try: 1 })),
  );
  expect(JSON.parse((await crashed).payload)).toMatchObject({ errorType: "Runtime.ExitError" });

  for (const run of companions) {
    const types = (await eventsOf(world, run)).map(({ type }) => type);
    expect(types.filter((type) => type === "step.succeeded")).toHaveLength(1);
    expect(types).toEqual(["run.queued", "run.started", "step.started", "step.started", "step.succeeded"]);
  }
  const checkpoints = await world.admin.sql<{ run_id: string; fence: number }[]>`
    select run_id, fence from longhaul.run_steps where status = 'succeeded' and run_id = any (${companions})`;
  // A second lease of the same request: what the lost process might still write is refused.
  expect(checkpoints.map(({ fence }) => fence)).toEqual(companions.map(() => 2));
  expect((await eventsOf(world, culprit)).map(({ type }) => type)).not.toContain("step.succeeded");
});
