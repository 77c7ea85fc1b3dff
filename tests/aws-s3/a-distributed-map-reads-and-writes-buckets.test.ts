import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { openStepFunctions, type StepFunctions } from "@longhaul/stepfunctions";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestS3, type TestS3 } from "./s3-client.js";

let test: TestS3;
let engine: StepFunctions;

beforeAll(async () => {
  test = await startTestS3();
  engine = await openStepFunctions({
    dataDir: join(test.local.dataDir, "stepfunctions"),
    region: "us-east-1",
    accountId: "000000000000",
    lambda: (call) => test.local.aws.lambda.invoke(call),
    objects: test.local.aws.objects,
  });
  test.local.aws.attach({ stepFunctions: engine });
  for (const Bucket of ["orders", "results"]) await test.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  await engine.close();
  await test[Symbol.asyncDispose]();
});

async function run(name: string, map: object, input: object) {
  const definition = JSON.stringify({
    StartAt: "Map",
    States: {
      Map: {
        Type: "Map",
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "Pass",
          States: { Pass: { Type: "Pass", End: true } },
        },
        End: true,
        ...map,
      },
    },
  });
  const roleArn = "arn:aws:iam::000000000000:role/sfn";
  const made = (await engine.handle("CreateStateMachine", { name, definition, roleArn })) as {
    stateMachineArn: string;
  };
  const started = { stateMachineArn: made.stateMachineArn, input: JSON.stringify(input) };
  const { executionArn } = (await engine.handle("StartExecution", started)) as { executionArn: string };
  const described = () =>
    engine.handle("DescribeExecution", { executionArn }) as Promise<{ status: string; output?: string }>;
  await expect.poll(async () => (await described()).status).not.toBe("RUNNING");
  return described();
}

const getCsv = {
  Resource: "arn:aws:states:::s3:getObject",
  ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
  Parameters: { "Bucket.$": "$.bucket", "Key.$": "$.key" },
};

it("reads rows that a client has stored, and stores results that a client can read", async () => {
  const Body = `id,name\n${Array.from({ length: 250 }, (_, at) => `${at},"order, ${at}"`).join("\n")}\n`;
  await test.s3.send(new PutObjectCommand({ Bucket: "orders", Key: "2026/all.csv", Body }));
  const ended = await run(
    "with-writer",
    {
      ItemReader: getCsv,
      ItemBatcher: { MaxItemsPerBatch: 100, BatchInput: { day: "monday" } },
      ResultWriter: {
        Resource: "arn:aws:states:::s3:putObject",
        Parameters: { Bucket: "results", Prefix: "days" },
      },
    },
    { bucket: "orders", key: "2026/all.csv" },
  );
  expect(ended.status).toBe("SUCCEEDED");
  const { ResultWriterDetails: details } = JSON.parse(ended.output!);
  expect(details).toEqual({
    Bucket: "results",
    Key: expect.stringMatching(/^days\/[0-9a-f-]{36}\/manifest\.json$/),
  });
  const read = async (Key: string) => {
    const { Body } = await test.s3.send(new GetObjectCommand({ Bucket: "results", Key }));
    return JSON.parse(await Body!.transformToString());
  };
  const manifest = await read(details.Key);
  expect(manifest.ResultFiles.SUCCEEDED).toHaveLength(1);
  const rows = (await read(manifest.ResultFiles.SUCCEEDED[0].Key)) as { Output: string; Status: string }[];
  const outputs = rows.map(({ Output }) => JSON.parse(Output));
  expect(outputs.map(({ Items }) => Items.length).sort()).toEqual([100, 100, 50]);
  expect(outputs[0]).toMatchObject({ BatchInput: { day: "monday" } });
  const items = outputs.flatMap(({ Items }) => Items);
  expect(items).toContainEqual({ id: "249", name: "order, 249" });
});

it("fails with what S3 said where there is nothing to read", async () => {
  const ended = await run("without-file", { ItemReader: getCsv }, { bucket: "orders", key: "none.csv" });
  expect(ended).toMatchObject({
    status: "FAILED",
    error: "States.ItemReaderFailed",
    cause: expect.stringContaining("The specified key does not exist."),
  });
});
