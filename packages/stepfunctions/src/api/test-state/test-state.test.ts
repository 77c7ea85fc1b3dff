import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "vitest";
import type { EngineOptions } from "../../open.js";
import { TaskFailure } from "../../ports.js";
import { definitionOf } from "../testing/bench.js";
import { benched, failing, result, task, tried } from "../testing/tried.js";

describe("what a state came to", () => {
  test("a state that goes on names the next one and shows nothing more", async () => {
    expect(await tried({ Type: "Pass", Next: "Other" }, { input: { a: 1 } })).toEqual({
      status: "SUCCEEDED",
      output: '{"a":1}',
      nextState: "Other",
    });
  });

  test("a Fail state without an error fails with none", async () => {
    expect(await tried({ Type: "Fail" })).toEqual({ status: "FAILED" });
  });

  test("a Wait does not wait", async () => {
    const answer = await tried({ Type: "Wait", Seconds: 5000, Next: "Other" }, { inspectionLevel: "DEBUG" });
    expect(answer).toEqual({
      status: "SUCCEEDED",
      output: "{}",
      nextState: "Other",
      inspectionData: { input: "{}", afterInputPath: "{}" },
    });
  });

  test("an evaluation that fails is told without a place", async () => {
    const { status, error, cause } = await tried({ Type: "Pass", InputPath: "$.none", End: true });
    expect({ status, error }).toEqual({ status: "FAILED", error: "States.Runtime" });
    expect(cause).not.toContain("entered at the event id");
  });

  test("a state of a machine is found wherever it stands, in the machine's language", async () => {
    const inner = { StartAt: "Deep", States: { Deep: { Type: "Pass", Output: "{% 6 * 7 %}", End: true } } };
    const machine = {
      QueryLanguage: "JSONata",
      StartAt: "All",
      States: { All: { Type: "Parallel", Branches: [inner], End: true } },
    };
    expect(await tried(machine, { stateName: "Deep" })).toEqual({ status: "SUCCEEDED", output: "42" });
  });

  test("variables are read, assigned and shown as they are afterwards", async () => {
    const state = {
      Type: "Pass",
      QueryLanguage: "JSONata",
      Assign: { sum: "{% $a + 1 %}" },
      Output: "{% $a %}",
      End: true,
    };
    const answer = await tried(state, { variables: { a: 1 }, inspectionLevel: "DEBUG" });
    expect(answer).toMatchObject({
      output: "1",
      inspectionData: { input: "{}", variables: '{"a":1,"sum":2}' },
    });
  });
});

test.each<[string, object, object]>([
  ["a Pass", { Type: "Pass", Output: "{% $states.input.a + 1 %}", End: true }, { a: 1 }],
  ["a Succeed", { Type: "Succeed", Output: { seen: "{% $states.context.State.RetryCount %}" } }, {}],
  ["a Fail", { Type: "Fail", Error: "{% $states.input.name %}", Cause: "said so" }, { name: "Named" }],
  [
    "a Task",
    { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:f", End: true },
    { b: [1] },
  ],
])("%s comes to what it comes to in an execution", async (_what, state, input) => {
  const bed = await benched();
  const definition = definitionOf({ Only: state });
  const text = JSON.stringify(input);
  const arn = await bed.start(await bed.machine({ Only: state }), "one", { input: text });
  await bed.rest();
  const { status, output, error, cause } = await bed.describe(arn);
  const answer = await bed.handle("TestState", { definition, stateName: "Only", input: text });
  expect(["SUCCEEDED", "FAILED"]).toContain(status);
  // An execution also says where.
  const place = /^An error occurred while executing the state 'Only' \(entered at the event id #2\)\. /;
  const why = typeof cause === "string" ? cause.replace(place, "") : cause;
  expect(answer).toEqual(JSON.parse(JSON.stringify({ status, output, error, cause: why })));
});

describe("errors", () => {
  const retry = [{ ErrorEquals: ["Oops"], IntervalSeconds: 3, MaxAttempts: 2, BackoffRate: 2 }];

  test("a retrier answers as many times as it may, each time later", async () => {
    const state = { ...task, Retry: retry, End: true };
    const first = await tried(state, { ...failing, inspectionLevel: "DEBUG" });
    expect(first).toMatchObject({
      status: "RETRIABLE",
      error: "Oops",
      cause: "It broke",
      inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 3 } },
    });
    const again = { ...failing, inspectionLevel: "DEBUG", stateConfiguration: { retrierRetryCount: 1 } };
    expect((await tried(state, again)).inspectionData).toMatchObject({
      errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 6 },
    });
    const last = { ...failing, stateConfiguration: { retrierRetryCount: 2 } };
    expect(await tried(state, last)).toEqual({ status: "FAILED", error: "Oops", cause: "It broke" });
  });

  test("a catcher's output and place are shown, and no step of its own", async () => {
    const state = {
      ...task,
      End: true,
      Catch: [
        { ErrorEquals: ["Other"], Next: "A" },
        { ErrorEquals: ["States.ALL"], ResultPath: "$.why", Next: "B" },
      ],
    };
    const answer = await tried(state, { ...failing, input: { a: 1 }, inspectionLevel: "DEBUG" });
    expect(answer).toMatchObject({
      status: "CAUGHT_ERROR",
      error: "Oops",
      cause: "It broke",
      nextState: "B",
    });
    expect(JSON.parse(answer.output as string)).toEqual({ a: 1, why: { Error: "Oops", Cause: "It broke" } });
    expect(answer.inspectionData).toEqual({
      input: '{"a":1}',
      afterInputPath: '{"a":1}',
      afterParameters: '{"FunctionName":"f"}',
      errorDetails: { catchIndex: 1 },
    });
  });
});

describe("Map", () => {
  const processor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "Each",
    States: { Each: { Type: "Pass", End: true } },
  };

  test("each step from the items to the batches is shown", async () => {
    const state = {
      Type: "Map",
      ItemsPath: "$.items",
      ItemSelector: { "item.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index" },
      ItemBatcher: { MaxItemsPerBatch: 2 },
      ItemProcessor: processor,
      MaxConcurrency: 4,
      ToleratedFailurePercentage: 50,
      ResultPath: "$.made",
      End: true,
    };
    const request = { input: { items: ["a", "b", "c"] }, ...result([1, 2]), inspectionLevel: "TRACE" };
    const { inspectionData, output } = await tried(state, request);
    const selected = ["a", "b", "c"].map((item, at) => ({ item, at }));
    expect(JSON.parse(output as string)).toEqual({ items: ["a", "b", "c"], made: [1, 2] });
    expect(inspectionData).toMatchObject({
      afterItemsPath: '["a","b","c"]',
      afterItemSelector: JSON.stringify(selected),
      afterItemBatcher: JSON.stringify([{ Items: selected.slice(0, 2) }, { Items: selected.slice(2) }]),
      maxConcurrency: 4,
      toleratedFailurePercentage: 50,
    });
    expect(inspectionData).not.toHaveProperty("result");
  });

  test("failed iterations count against what is tolerated", async () => {
    const state = { Type: "Map", ItemProcessor: processor, ToleratedFailurePercentage: 50, End: true };
    const given = (mapIterationFailureCount: number) => ({
      input: [1, 2],
      ...result([1, 2]),
      stateConfiguration: { mapIterationFailureCount },
    });
    expect(await tried(state, given(1))).toMatchObject({ status: "SUCCEEDED" });
    expect(await tried(state, given(2))).toMatchObject({
      status: "FAILED",
      error: "States.ExceedToleratedFailureThreshold",
    });
    await expect(tried(state, given(3))).rejects.toThrow(
      "Map iteration failure count must be less than or equal to",
    );
  });

  test("an ItemReader reads the data that it is given", async () => {
    const state = {
      Type: "Map",
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", MaxItems: 2 },
        Parameters: { Bucket: "b", Key: "k" },
      },
      ItemSelector: { "name.$": "$$.Map.Item.Value.name" },
      ItemProcessor: processor,
      End: true,
    };
    const stateConfiguration = { mapItemReaderData: "name\nAda\nGrace\nMary\n" };
    const { inspectionData } = await tried(state, {
      ...result([]),
      stateConfiguration,
      inspectionLevel: "DEBUG",
    });
    expect(inspectionData).toMatchObject({ afterItemSelector: '[{"name":"Ada"},{"name":"Grace"}]' });
  });
});

describe("calls", () => {
  const state = {
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage",
    Parameters: { "QueueUrl.$": "$.to", MessageBody: "hello" },
    End: true,
  };

  test("a Task without a mock makes its call", async () => {
    const heard: unknown[] = [];
    const services: EngineOptions["services"] = {
      sqs: async ({ parameters }) => {
        heard.push(parameters);
        return { MessageId: "1" };
      },
    };
    const answer = await tried(state, { input: { to: "queue" }, inspectionLevel: "DEBUG" }, { services });
    expect(heard).toEqual([{ QueueUrl: "queue", MessageBody: "hello" }]);
    expect(answer).toMatchObject({
      output: '{"MessageId":"1"}',
      inspectionData: { result: '{"MessageId":"1"}' },
    });
  });

  test("a call that fails fails the state", async () => {
    const services = { sqs: async () => Promise.reject(new TaskFailure("Busy", "Later")) };
    const request = { input: { to: "queue" } };
    expect(await tried(state, request, { services })).toEqual({
      status: "FAILED",
      error: "Busy",
      cause: "Later",
    });
  });

  test("a call that takes longer than it may times out, and hears of it", async () => {
    let signal: AbortSignal | undefined;
    const called = new EventEmitter();
    const services: EngineOptions["services"] = {
      sqs: (call) => {
        signal = call.signal;
        called.emit("called");
        return bed.clock.sleep(60_000).then(() => ({}));
      },
    };
    const bed = await benched({ services });
    const definition = JSON.stringify({ ...state, TimeoutSeconds: 5 });
    const begun = once(called, "called");
    const answer = bed.handle("TestState", { definition, input: '{"to":"queue"}' });
    await begun;
    await bed.clock.advance(5_000);
    expect(await answer).toEqual({ status: "FAILED", error: "States.Timeout" });
    expect(signal?.aborted).toBe(true);
    await bed.clock.advance(60_000);
  });

  test("TRACE shows the request and response of an HTTP Task", async () => {
    const http = {
      Type: "Task",
      Resource: "arn:aws:states:::http:invoke",
      Parameters: {
        ApiEndpoint: "https://example.com/a",
        Method: "GET",
        Authentication: { ConnectionArn: "arn:aws:events:us-east-1:000000000000:connection/c/1" },
        QueryParameters: { q: "1 2" },
        Headers: { Accept: "text/plain" },
      },
      End: true,
    };
    const answered = {
      StatusCode: 200,
      StatusText: "OK",
      Headers: { server: ["x"] },
      ResponseBody: { ok: true },
    };
    const services = { http: async () => answered };
    const { inspectionData } = await tried(http, { inspectionLevel: "TRACE" }, { services });
    expect(inspectionData).toMatchObject({
      request: {
        protocol: "https",
        method: "GET",
        url: "https://example.com/a?q=1+2",
        headers: "[Accept: text/plain]",
      },
      response: { statusCode: "200", statusMessage: "OK", headers: "[server: x]", body: '{"ok":true}' },
    });
  });
});
