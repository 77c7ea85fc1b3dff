import { describe, expect, it } from "vitest";
import { AwsError } from "../aws-error.js";
import { collect, memoryObjects } from "./memory-objects.js";
import { type ChildResult, transformedOutput, writerConfig } from "./results.js";
import { checkDestination, destinationOf, writeResults } from "./write.js";

const mapRunArn = "arn:aws:states:us-east-1:000000000000:mapRun:orders/Map:0b1c";
const children = "arn:aws:states:us-east-1:000000000000:execution:orders/Map";
const child = (name: string, more: Partial<ChildResult>): ChildResult => ({
  status: "SUCCEEDED",
  input: '{"n":1}',
  executionArn: `${children}:${name}`,
  name,
  stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:orders/Map",
  startDate: 1_700_000_000_000,
  stopDate: 1_700_000_000_250,
  ...more,
});
const results = [
  child("a", { output: '[{"id":1},{"id":2}]' }),
  child("b", { status: "FAILED", error: "Boom", cause: "it broke" }),
  child("c", { output: '"x"' }),
  child("d", { status: "TIMED_OUT", error: "States.Timeout" }),
  { status: "PENDING", input: "3" } satisfies ChildResult,
];

async function write(config: unknown, { fileBytes = undefined as number | undefined, prefix = "out" } = {}) {
  const objects = memoryObjects({ results: {} });
  const destination = destinationOf({ Bucket: "results", Prefix: prefix }, mapRunArn);
  const output = await writeResults(objects, destination, writerConfig(config), results, fileBytes);
  const files: Record<string, string> = {};
  for await (const { key } of objects.list({ bucket: "results", prefix: "" })) {
    const body = await collect(await objects.get({ bucket: "results", key }));
    files[key] = Buffer.concat(body).toString();
  }
  return { output, files };
}

describe("writeResults", () => {
  it("writes a file for each outcome and a manifest that names them, in AWS's words", async () => {
    const { output, files } = await write(undefined);
    expect(output).toEqual({
      MapRunArn: mapRunArn,
      ResultWriterDetails: { Bucket: "results", Key: "out/0b1c/manifest.json" },
    });
    const size = (name: string) => Buffer.byteLength(files[`out/0b1c/${name}`]!);
    expect(JSON.parse(files["out/0b1c/manifest.json"]!)).toEqual({
      DestinationBucket: "results",
      MapRunArn: mapRunArn,
      ResultFiles: {
        FAILED: [{ Key: "out/0b1c/FAILED_0.json", Size: size("FAILED_0.json") }],
        PENDING: [{ Key: "out/0b1c/PENDING_0.json", Size: size("PENDING_0.json") }],
        SUCCEEDED: [{ Key: "out/0b1c/SUCCEEDED_0.json", Size: size("SUCCEEDED_0.json") }],
      },
    });
    const [first] = JSON.parse(files["out/0b1c/SUCCEEDED_0.json"]!);
    expect(JSON.stringify(first)).toBe(
      JSON.stringify({
        ExecutionArn: `${children}:a`,
        Input: '{"n":1}',
        InputDetails: { Included: true },
        Name: "a",
        Output: '[{"id":1},{"id":2}]',
        OutputDetails: { Included: true },
        RedriveCount: 0,
        RedriveStatus: "NOT_REDRIVABLE",
        RedriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
        StartDate: "2023-11-14T22:13:20.000Z",
        StateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:orders/Map",
        Status: "SUCCEEDED",
        StopDate: "2023-11-14T22:13:20.250Z",
      }),
    );
    expect(JSON.parse(files["out/0b1c/FAILED_0.json"]!)).toMatchObject([
      { Cause: "it broke", Error: "Boom", Name: "b", Status: "FAILED" },
      { Error: "States.Timeout", Name: "d", Status: "TIMED_OUT" },
    ]);
    expect(JSON.parse(files["out/0b1c/PENDING_0.json"]!)).toEqual([
      { Input: "3", InputDetails: { Included: true }, Status: "PENDING" },
    ]);
  });

  it("keeps only outputs with COMPACT, and joins arrays with FLATTEN, but leaves failures as they are", async () => {
    const compact = await write({ Transformation: "COMPACT" });
    expect(compact.files["out/0b1c/SUCCEEDED_0.json"]).toBe('[[{"id":1},{"id":2}],"x"]');
    expect(compact.files["out/0b1c/FAILED_0.json"]).toContain('"Error":"Boom"');
    const flat = await write({ Transformation: "FLATTEN", OutputType: "JSONL" });
    expect(flat.files["out/0b1c/SUCCEEDED_0.jsonl"]).toBe('{"id":1}\n{"id":2}\n"x"\n');
  });

  it("begins another file where one is full", async () => {
    const { files } = await write({ Transformation: "FLATTEN" }, { fileBytes: 10, prefix: "" });
    expect(Object.keys(files).filter((key) => key.includes("SUCCEEDED"))).toEqual([
      "0b1c/SUCCEEDED_0.json",
      "0b1c/SUCCEEDED_1.json",
      "0b1c/SUCCEEDED_2.json",
    ]);
    expect(JSON.parse(files["0b1c/manifest.json"]!).ResultFiles.SUCCEEDED).toHaveLength(3);
  });
});

describe("a destination that cannot be written", () => {
  const failure = (text: string) =>
    expect.objectContaining({ error: "States.ResultWriterFailed", message: expect.stringContaining(text) });

  it("is told before the first child is started", async () => {
    const objects = memoryObjects({});
    const destination = destinationOf({ Bucket: "none" }, mapRunArn);
    await expect(checkDestination(objects, destination)).rejects.toEqual(
      failure(
        "Failed to write a test manifest into the specified output bucket. | Message from S3: The specified",
      ),
    );
  });

  it("fails the writing too", async () => {
    const denied = new AwsError("AccessDenied", "Access Denied", 403);
    const objects = { ...memoryObjects({}), put: () => Promise.reject(denied) };
    const destination = destinationOf({ Bucket: "none" }, mapRunArn);
    await expect(writeResults(objects, destination, writerConfig({}), results)).rejects.toEqual(
      failure("Ensure the correct permissions are added to your state machine's execution role."),
    );
  });

  it.each([{}, { Bucket: 1 }, { Bucket: "a", Prefix: {} }])("%j is refused", (parameters) =>
    expect(() => destinationOf(parameters, mapRunArn)).toThrow(failure("must be a string")),
  );

  it.each([{ Transformation: "MINIFY" }, { OutputType: "XML" }])("%j is refused", (config) =>
    expect(() => writerConfig(config)).toThrow(failure("must be one of")),
  );
});

describe("the output of a state that writes to no bucket", () => {
  it.each([
    [{ Transformation: "COMPACT" }, '[[{"id":1},{"id":2}],"x"]'],
    [{ Transformation: "FLATTEN" }, '[{"id":1},{"id":2},"x"]'],
    [{ Transformation: "FLATTEN", OutputType: "JSONL" }, JSON.stringify('{"id":1}\n{"id":2}\n"x"')],
  ])("is transformed by %j", (config, output) => {
    const succeeded = results.filter(({ status }) => status === "SUCCEEDED");
    expect(transformedOutput(succeeded, writerConfig(config))).toBe(output);
  });
});
