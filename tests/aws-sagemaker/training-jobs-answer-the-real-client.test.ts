import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  CreateModelCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aws } from "./env.js";
import { ended, startTrainingWorld, type TrainingWorld } from "./training-client.js";

let world: TrainingWorld;
beforeAll(async () => {
  world = await startTrainingWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const epochsOf = (metrics: Buffer) =>
  metrics
    .toString()
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { epoch: number }).epoch);
const forever = { HyperParameters: { epochs: "4", fault: "hang" } };

describe("training jobs", { timeout: aws ? 1_800_000 : 60_000 }, () => {
  it("train, tell their metrics, and leave a model", async () => {
    const name = world.name("trains");
    expect(await world.create(name)).toMatch(new RegExp(`:training-job/${name}$`));
    const job = await world.until(name, ended);
    expect(job).toMatchObject({ TrainingJobStatus: "Completed", SecondaryStatus: "Completed" });
    expect(job.FailureReason).toBeUndefined();
    expect(job.TrainingStartTime).toBeInstanceOf(Date);
    const statuses = job.SecondaryStatusTransitions?.map(({ Status }) => Status);
    expect(statuses).toEqual(
      expect.arrayContaining(["Starting", "Downloading", "Training", "Uploading", "Completed"]),
    );
    const metrics = new Map(job.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value]));
    expect(metrics.get("epoch")).toBe(4);
    expect(metrics.get("validation:perplexity")).toBeGreaterThan(1);
    const model = job.ModelArtifacts?.S3ModelArtifacts ?? "";
    expect(model).toBe(world.uri(`output/${name}/output/model.tar.gz`));
    expect(
      gunzipSync(await world.read(model))
        .subarray(0, 13)
        .toString(),
    ).toBe("model.json.gz");
    const history = await world.read(world.uri(`checkpoints/${name}/metrics.jsonl`));
    expect(epochsOf(history)).toEqual([1, 2, 3, 4]);
  });

  it("fail with what the program says, or with the data that is not there", async () => {
    const [told, empty] = [world.name("fails"), world.name("empty")];
    await world.create(told, { HyperParameters: { fault: "fail" } });
    const [channel] = world.request(empty).InputDataConfig ?? [];
    const S3Uri = world.uri("nothing/");
    await world.create(empty, {
      InputDataConfig: [{ ...channel!, DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri } } }],
    });
    const failed = await world.until(told, ended);
    expect(failed).toMatchObject({ TrainingJobStatus: "Failed", SecondaryStatus: "Failed" });
    expect(failed.FailureReason).toMatch(/^AlgorithmError: The training was told to fail.*exit code: 1/);
    expect(failed.ModelArtifacts?.S3ModelArtifacts).toBeUndefined();
    expect((await world.until(empty, ended)).FailureReason).toMatch(/^ClientError: .*nothing/);
  });

  it("are stopped when somebody asks for it, once", async () => {
    const name = world.name("stopped");
    await world.create(name, forever);
    await world.until(name, ({ FinalMetricDataList: metrics = [] }) => metrics.length > 0);
    const stop = () => world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
    await stop();
    await stop();
    const job = await world.until(name, ended);
    expect(job).toMatchObject({ TrainingJobStatus: "Stopped", SecondaryStatus: "Stopped" });
    await expect(stop()).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("are stopped at the end of their time", async () => {
    const name = world.name("late");
    await world.create(name, { ...forever, StoppingCondition: { MaxRuntimeInSeconds: aws ? 120 : 1 } });
    const job = await world.until(name, ended);
    expect(job).toMatchObject({ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxRuntimeExceeded" });
  });

  it("are refused where a request is not as it has to be", async () => {
    const name = world.name("once");
    await world.create(name);
    await expect(world.create(name)).rejects.toMatchObject({ name: "ResourceInUse" });
    const refusals: [object, RegExp][] = [
      [{ EnableManagedSpotTraining: true }, /MaxWaitTimeInSeconds/],
      [{ RoleArn: "nobody" }, /RoleArn|roleArn/],
    ];
    for (const [over, sentence] of refusals) {
      const refused = world.create(world.name("never"), over);
      await expect(refused).rejects.toMatchObject({ name: "ValidationException" });
      await expect(refused).rejects.toThrow(sentence);
    }
    const unknown = new DescribeTrainingJobCommand({ TrainingJobName: world.name("unknown") });
    await expect(world.sagemaker.send(unknown)).rejects.toMatchObject({ name: "ValidationException" });
    await world.until(name, ended);
  });

  it("are listed by status, name and page", async () => {
    const list = (over: object) =>
      world.sagemaker.send(new ListTrainingJobsCommand({ NameContains: world.name(""), ...over }));
    const { TrainingJobSummaries: failed } = await list({ StatusEquals: "Failed" });
    expect(failed?.map(({ TrainingJobName }) => TrainingJobName)).toEqual([
      world.name("fails"),
      world.name("empty"),
    ]);
    const first = await list({ MaxResults: 2, SortBy: "Name", SortOrder: "Descending" });
    expect(first.TrainingJobSummaries?.[0]?.TrainingJobName).toBe(world.name("trains"));
    const second = await list({
      MaxResults: 2,
      SortBy: "Name",
      SortOrder: "Descending",
      NextToken: first.NextToken,
    });
    expect(second.TrainingJobSummaries?.[0]?.TrainingJobName).toBe(world.name("once"));
  });
});

describe.skipIf(aws)("training jobs of the local cloud", () => {
  it("have a program for one image, and say what else is not there", async () => {
    const { AlgorithmSpecification } = world.request("x");
    const other = { ...AlgorithmSpecification!, TrainingImage: "huggingface-pytorch-training:2.1" };
    const refused = world.create(world.name("image"), { AlgorithmSpecification: other });
    await expect(refused).rejects.toThrow(/longhaul-twin-trainer, and not of huggingface/);
    await expect(
      world.create(world.name("vpc"), { VpcConfig: { SecurityGroupIds: ["sg-1"], Subnets: ["s-1"] } }),
    ).rejects.toThrow("does not have VpcConfig");
    const model = new CreateModelCommand({ ModelName: "m", ExecutionRoleArn: "r" });
    await expect(world.sagemaker.send(model)).rejects.toThrow("does not have SageMaker CreateModel");
  });

  it("are killed where their program stands still, or dies in the middle", async () => {
    const fault = async (given: string) => {
      const { status } = await fetch(`${world.local.aws.url}/_longhaul/training/faults`, {
        method: "POST",
        body: JSON.stringify({ fault: given }),
      });
      return status;
    };
    expect(await fault("nonsense")).toBe(400);
    expect(await fault("freeze")).toBe(200);
    const frozen = world.name("frozen");
    await world.create(frozen, { StoppingCondition: { MaxRuntimeInSeconds: 2 } });
    expect(await world.until(frozen, ended)).toMatchObject({ SecondaryStatus: "MaxRuntimeExceeded" });
    await fault("die");
    const dead = world.name("dead");
    await world.create(dead);
    expect((await world.until(dead, ended)).FailureReason).toBe("AlgorithmError: , exit code: 137");
    await fault("none");
  });

  it("go on from their last epoch when the cloud is back", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "longhaul-training-"));
    const before = await startTrainingWorld({ dataDir });
    const name = before.name("survives");
    const checkpoints = before.uri(`checkpoints/${name}/metrics.jsonl`);
    await before.create(name, { HyperParameters: { epochs: "6", pace_seconds: "0.4" } });
    await before.until(name, ({ FinalMetricDataList: [epoch] = [] }) => (epoch?.Value ?? 0) >= 3);
    await before[Symbol.asyncDispose]();
    const after = await startTrainingWorld({ dataDir });
    const job = await after.until(name, ended);
    expect(job.TrainingJobStatus).toBe("Completed");
    expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toContain("Restarting");
    const epochs = epochsOf(await after.read(checkpoints));
    expect([...new Set(epochs)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(epochs.length).toBeLessThan(9);
    await after[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });
});
