import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { startTestAws, type TestAws } from "../aws/local-aws.js";
import { aws } from "./env.js";

/** Training jobs under names of one test file's own, on the stand-in or on AWS. */
export interface TrainingWorld extends AsyncDisposable {
  sagemaker: SageMakerClient;
  /** The stand-in. @throws on AWS */
  local: TestAws;
  /** A name that nobody else has. */
  name(what: string): string;
  uri(path: string): string;
  /** A request that trains on two speeches. */
  request(name: string, over?: Partial<CreateTrainingJobCommandInput>): CreateTrainingJobCommandInput;
  create(name: string, over?: Partial<CreateTrainingJobCommandInput>): Promise<string>;
  /** Asks until the job has come to something. */
  until(
    name: string,
    done: (job: DescribeTrainingJobCommandOutput) => boolean,
  ): Promise<DescribeTrainingJobCommandOutput>;
  read(uri: string): Promise<Buffer>;
}

const fixtures = new URL("../fixtures/twins/", import.meta.url);
const pauseMs = aws ? 5_000 : 50;

export const ended = ({ TrainingJobStatus: status }: DescribeTrainingJobCommandOutput): boolean =>
  status === "Completed" || status === "Failed" || status === "Stopped";

export async function startTrainingWorld(options: { dataDir?: string } = {}): Promise<TrainingWorld> {
  const started = aws ? null : await startTestAws([], { ...options, trainingGraceMs: 500 });
  const settings = aws ? { region: aws.region } : started!.client;
  const sagemaker = new SageMakerClient(settings);
  const s3 = new S3Client(settings);
  const bucket = aws?.bucket ?? "training";
  if (!aws) await s3.send(new CreateBucketCommand({ Bucket: bucket })).catch(() => {});
  const prefix = `contract-${randomBytes(4).toString("hex")}`;
  const texts = ["gettysburg-address", "second-inaugural-address"].map((name) => `${name}.txt`);
  const put = (Key: string, Body: string | Buffer) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${Key}`, Body }));
  await put(
    "documents/documents.json",
    JSON.stringify({ documents: texts.map((name) => ({ file: name, name })) }),
  );
  for (const name of texts) await put(`documents/${name}`, readFileSync(new URL(name, fixtures)));

  const world: TrainingWorld = {
    sagemaker,
    get local() {
      if (started === null) throw new Error("This test is about the stand-in only.");
      return started;
    },
    name: (what) => `${prefix}-${what}`,
    uri: (path) => `s3://${bucket}/${prefix}/${path}`,
    request: (name, over = {}) => ({
      TrainingJobName: name,
      HyperParameters: { epochs: "4" },
      AlgorithmSpecification: {
        TrainingImage:
          aws?.image ?? "000000000000.dkr.ecr.us-east-1.amazonaws.com/longhaul-twin-trainer:latest",
        TrainingInputMode: "File",
        MetricDefinitions: [
          { Name: "epoch", Regex: "epoch=([0-9]+);" },
          { Name: "validation:perplexity", Regex: "validation_perplexity=([0-9.]+);" },
        ],
      },
      RoleArn: aws?.role ?? "arn:aws:iam::000000000000:role/longhaul-training",
      InputDataConfig: [
        {
          ChannelName: "training",
          DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: world.uri("documents/") } },
        },
      ],
      OutputDataConfig: { S3OutputPath: world.uri("output") },
      CheckpointConfig: { S3Uri: world.uri(`checkpoints/${name}`) },
      ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
      ...over,
    }),
    async create(name, over) {
      const answer = await sagemaker.send(new CreateTrainingJobCommand(world.request(name, over)));
      return answer.TrainingJobArn ?? "";
    },
    async until(name, done) {
      for (;;) {
        const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
        if (done(job)) return job;
        if (ended(job)) throw new Error(`${name} ended as ${job.TrainingJobStatus}: ${job.FailureReason}`);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
    async read(uri) {
      const [, Bucket = "", Key = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async [Symbol.asyncDispose]() {
      sagemaker.destroy();
      s3.destroy();
      await started?.[Symbol.asyncDispose]();
    },
  };
  return world;
}
