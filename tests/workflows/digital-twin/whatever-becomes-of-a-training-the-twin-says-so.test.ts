import { readFileSync } from "node:fs";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { ListTrainingJobsCommand, SageMakerClient, StopTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { rerunFrom, startRun } from "@longhaul/runs";
import { handlers } from "@longhaul/workflows/handlers";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startTestAws, type TestAws } from "../../aws/local-aws.js";
import { useTraining } from "../env.js";
import { openProductWorld, type ProductWorld } from "../product-world.js";

let aws: TestAws;
let world: ProductWorld;
let sagemaker: SageMakerClient;
beforeAll(async () => {
  aws = await startTestAws([], { trainingGraceMs: 500 });
  useTraining(aws.aws.url);
  sagemaker = new SageMakerClient(aws.client);
  const s3 = new S3Client({ ...aws.client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "training" }));
  s3.destroy();
  world = await openProductWorld({ workflow: "digital-twin", waitScale: 0.02 });
});
afterEach(() => {
  world.replace("StartTrainingJob", null);
  world.invoked.length = 0;
});
afterAll(async () => {
  sagemaker.destroy();
  await world[Symbol.asyncDispose]();
  await aws[Symbol.asyncDispose]();
});

const text = ["gettysburg-address", "second-inaugural-address", "house-divided"]
  .map((name) => readFileSync(new URL(`../../fixtures/twins/${name}.txt`, import.meta.url), "utf8"))
  .join("\n\n");

async function train(simulation?: object, over: object = {}): Promise<string> {
  const runId = await world.start({
    name: "Lincoln",
    text,
    epochs: 3,
    ...over,
    ...(simulation && { simulation }),
  });
  await world.send();
  return runId;
}

/** Of this run, in the order in which they were started. */
async function jobsOf(runId: string): Promise<string[]> {
  const { TrainingJobSummaries = [] } = await sagemaker.send(
    new ListTrainingJobsCommand({ MaxResults: 100 }),
  );
  return TrainingJobSummaries.filter(({ TrainingJobName }) => TrainingJobName?.includes(runId))
    .toSorted((a, b) => a.TrainingJobName!.localeCompare(b.TrainingJobName!))
    .map(({ TrainingJobStatus }) => TrainingJobStatus!);
}

/** As the twin's page has it: what its version came to, with the measures that were heard of. */
async function versionOf(runId: string) {
  const [row] = await world.admin.sql<{ outcome: string | null; active: boolean; epochs: number }[]>`
    select v.outcome, t.active_version = v.version as active, jsonb_array_length(v.epochs) as epochs
    from longhaul.twin_versions v join longhaul.twins t on t.id = v.twin_id where v.run_id = ${runId}`;
  return row!;
}

test("speeches of Lincoln make a twin, by one job though the worker that started it died", async () => {
  const start = (await handlers["digital-twin"].StartTrainingJob()).default;
  let deaths = 0;
  world.replace("StartTrainingJob", async (input, ctx) => {
    const done = await start.run(input as never, ctx);
    if (deaths++ === 0) throw new Error("The process ended.");
    return done;
  });
  const runId = await train();
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded", output: { last: { epoch: 3 } } });
  expect(deaths).toBe(2);
  expect(await jobsOf(runId)).toEqual(["Completed"]);
  expect(await versionOf(runId)).toMatchObject({ active: true, epochs: 3 });
});

test("a job that fails fails the run with its reason; tried again another one goes on in its place", async () => {
  const runId = await train({ training: "fail" });
  expect(await world.ended(runId)).toMatchObject({
    ...{ status: "failed", error: { code: "TRAINING_FAILED" } },
  });
  expect(await jobsOf(runId)).toEqual(["Failed"]);
  expect(await versionOf(runId)).toMatchObject({ outcome: "failed" });
  await world.retry(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 2 });
  expect(await jobsOf(runId)).toEqual(["Failed", "Completed"]);
  expect(await versionOf(runId)).toMatchObject({ active: true, epochs: 3 });
});

test("a job that somebody stops fails the run, which says so", async () => {
  const runId = await train({ training: "hang" });
  await world.until(runId, () => world.invoked.filter((step) => step === "CheckTrainingStatus").length > 2);
  const { TrainingJobSummaries = [] } = await sagemaker.send(
    new ListTrainingJobsCommand({ StatusEquals: "InProgress" }),
  );
  expect(TrainingJobSummaries).toHaveLength(1);
  await sagemaker.send(
    new StopTrainingJobCommand({ TrainingJobName: TrainingJobSummaries[0]!.TrainingJobName }),
  );
  expect(await world.ended(runId)).toMatchObject({ status: "failed", error: { code: "TRAINING_STOPPED" } });
  expect(await versionOf(runId)).toMatchObject({ outcome: "failed" });
});

test("a job that never ends is stopped at the end of its time, and the run says that it took too long", async () => {
  const runId = await train({ training: "hang" }, { maxRuntimeSeconds: 5 });
  expect(await world.ended(runId)).toMatchObject({ status: "failed", error: { code: "TRAINING_TOO_LONG" } });
  expect(await versionOf(runId)).toMatchObject({ outcome: "failed" });
  expect(await jobsOf(runId)).toEqual(["Stopped"]);
});

test("a job whose machine dies in the middle fails the run; tried again it goes on from its last epoch", async () => {
  aws.aws.sageMaker.faults.next = "die";
  const runId = await train({ paceSeconds: 0.1 });
  const run = await world.ended(runId).finally(() => (aws.aws.sageMaker.faults.next = "none"));
  expect(run).toMatchObject({ status: "failed", error: { code: "TRAINING_FAILED" } });
  expect(run).not.toHaveProperty("error.fatal");
  await world.retry(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 2 });
  expect(await jobsOf(runId)).toEqual(["Failed", "Completed"]);
  expect(await versionOf(runId)).toMatchObject({ active: true, epochs: 3 });
});

test("a cancelled training stops its job", async () => {
  const runId = await train({ training: "hang" });
  await world.until(runId, () => world.invoked.filter((step) => step === "CheckTrainingStatus").length > 1);
  await world.cancel(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  await expect.poll(() => jobsOf(runId)).toEqual(["Stopped"]);
});

test("a rerun that is given places of another organisation reaches nothing there", async () => {
  const { theirs, deps, caller } = world;
  const request = { correlationId: "c-2", capabilities: new Set<never>() };
  const { organisationId, people } = theirs;
  const stranger = { ...people.operator, role: "operator" as const, organisationId };
  const secret = text.replaceAll("Union", "takeover");
  const trained = await startRun(deps, stranger, {
    ...{ workflow: "digital-twin", input: { name: "Theirs", text: secret, epochs: 3 }, idempotencyKey: null },
    ...request,
  });
  await world.send();
  const own = await train();
  expect(await world.ended(own)).toMatchObject({ status: "succeeded" });
  await expect.poll(() => versionOf(trained.runId), { timeout: 50_000 }).toMatchObject({ active: true });
  const [foreign] = await world.admin.sql<{ model: string; job: string; prefix: string }[]>`
    select model, job, format('%s/%s/%s/', organisation_id, twin_id, version) as prefix
    from longhaul.twin_versions where run_id = ${trained.runId}`;
  const { model, job, prefix } = foreign!;
  expect(model).toContain(`s3://training/${prefix}`);
  const steps = await world.stepsOf(own);
  const given = (step: string) => steps.find((one) => one.step === step)!.output as object;
  const begunAnew = async (step: string, outputs: Record<string, unknown>) => {
    const { runId } = await rerunFrom(deps, caller, { ...request, runId: own, step, outputs });
    await world.send();
    return { ended: await world.ended(runId), jobs: await jobsOf(runId) };
  };

  const refused = { status: "failed", error: { code: "TRAINING_ELSEWHERE" } };
  const seen = { ...given("CheckTrainingStatus"), status: "Completed" };
  for (const place of [
    model,
    model.replace("s3://training/", `s3://training/${caller.organisationId}/../`),
  ]) {
    const { ended } = await begunAnew("ValidateInput", { CheckTrainingStatus: { ...seen, model: place } });
    expect(ended).toMatchObject(refused);
  }
  expect((await begunAnew("ValidateInput", { StartTrainingJob: { job } })).ended).toMatchObject(refused);
  const read = { ...given("ValidateInput"), prefix };
  expect(await begunAnew("StartTrainingJob", { ValidateInput: read })).toMatchObject({
    ...{ ended: refused, jobs: [] },
  });
  expect((await begunAnew("CheckTrainingStatus", { ValidateInput: read })).ended).toMatchObject(refused);
  const models = await world.admin.sql`select from longhaul.twin_versions where model = ${model}`;
  expect(models).toHaveLength(1);
});
