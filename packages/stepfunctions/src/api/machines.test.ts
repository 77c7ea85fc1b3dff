import { expect, test } from "vitest";
import { Bench, definitionOf } from "./testing/bench.js";

const done = { Done: { Type: "Succeed" } };
const logGroupArn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/machine:*";
const destinations = [{ cloudWatchLogsLogGroup: { logGroupArn } }];

test("what a machine logs is kept as it was given, and logs nothing by default", async () => {
  await using bench = await Bench.open();
  const quiet = await bench.machine(done);
  const describe = (stateMachineArn: string) => bench.handle("DescribeStateMachine", { stateMachineArn });
  expect(await describe(quiet)).toMatchObject({
    loggingConfiguration: { level: "OFF", includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  });
  const loggingConfiguration = { level: "ALL", includeExecutionData: true, destinations };
  const tracingConfiguration = { enabled: true };
  const rest = { name: "talking", loggingConfiguration, tracingConfiguration };
  expect(await describe(await bench.machine(done, rest))).toMatchObject({
    loggingConfiguration,
    tracingConfiguration,
  });
  await bench.handle("UpdateStateMachine", {
    stateMachineArn: quiet,
    loggingConfiguration: { level: "ERROR", destinations },
  });
  expect((await describe(quiet)).loggingConfiguration).toEqual({
    level: "ERROR",
    includeExecutionData: false,
    destinations,
  });
});

const exactlyOne = "Invalid Logging Configuration: Must specify exactly one Log Destination.";
const logging: [object, string, string | RegExp][] = [
  [{ level: "ALL" }, "InvalidLoggingConfiguration", exactlyOne],
  [{ level: "ALL", destinations: [] }, "InvalidLoggingConfiguration", exactlyOne],
  [
    { level: "OFF", destinations: [...destinations, ...destinations] },
    "InvalidLoggingConfiguration",
    exactlyOne,
  ],
  [{ level: "ALL", destinations: [{}] }, "InvalidLoggingConfiguration", /log group/],
  [{ level: "ALL", destinations: ["x"] }, "InvalidLoggingConfiguration", /log group/],
  [
    { level: "ALL", destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroupArn.slice(0, -2) } }] },
    "InvalidLoggingConfiguration",
    /':\*'/,
  ],
  [{ level: "LOUD", destinations }, "ValidationException", /enum value set: \[OFF, ALL, ERROR, FATAL\]/],
  [{ includeExecutionData: "yes" }, "SerializationException", /must be a boolean/],
];
test.each(logging)("a logging configuration %j is refused", async (loggingConfiguration, code, message) => {
  await using bench = await Bench.open();
  const expected = { code, message: typeof message === "string" ? message : expect.stringMatching(message) };
  await expect(bench.machine(done, { loggingConfiguration })).rejects.toMatchObject(expected);
  const stateMachineArn = await bench.machine(done);
  const update = { stateMachineArn, loggingConfiguration };
  await expect(bench.handle("UpdateStateMachine", update)).rejects.toMatchObject(expected);
});

test("a request that is refused leaves nothing behind", async () => {
  await using bench = await Bench.open();
  const refusals: [object, string][] = [
    [{ versionDescription: "none" }, "ValidationException"],
    [{ tracingConfiguration: { enabled: 1 } }, "InvalidTracingConfiguration"],
    [{ name: "" }, "ValidationException"],
    [{ name: "a".repeat(81) }, "ValidationException"],
    [{ name: "a\u0007b" }, "InvalidName"],
    [{ type: "FAST" }, "ValidationException"],
    [{ roleArn: "role" }, "InvalidArn"],
    [{ definition: " ".repeat(1_048_577) }, "ValidationException"],
    [{ definition: "{}" }, "InvalidDefinition"],
    [{ tags: [{ key: "a" }, { key: "a" }] }, "ValidationException"],
    [{ tags: [{ key: "k".repeat(129) }] }, "ValidationException"],
    [{ tags: Array.from({ length: 51 }, (_, number) => ({ key: `${number}` })) }, "TooManyTags"],
    [{ tags: "a" }, "SerializationException"],
  ];
  for (const [rest, code] of refusals)
    await expect(bench.machine(done, rest), JSON.stringify(rest).slice(0, 100)).rejects.toMatchObject({
      code,
    });
  expect(await bench.handle("ListStateMachines", {})).toEqual({ stateMachines: [] });
});

test("a machine is made once, and is described with the variables that its states read", async () => {
  await using bench = await Bench.open();
  const states = {
    Give: { Type: "Pass", Assign: { n: 1 }, Next: "Take" },
    Take: { Type: "Pass", Output: "{% $n + 1 %}", End: true },
  };
  const stateMachineArn = await bench.machine(states);
  expect(await bench.machine(states, { roleArn: "arn:aws:iam::000000000000:role/other" })).toBe(
    stateMachineArn,
  );
  for (const rest of [
    { type: "EXPRESS" },
    { definition: definitionOf(done) },
    { tracingConfiguration: { enabled: true } },
  ])
    await expect(bench.machine(states, rest)).rejects.toMatchObject({
      code: "StateMachineAlreadyExists",
      message: `State Machine Already Exists: '${stateMachineArn}'`,
    });
  const variableReferences = { Take: ["n"] };
  expect(await bench.handle("DescribeStateMachine", { stateMachineArn })).toMatchObject({
    variableReferences,
  });
  const bare = await bench.handle("DescribeStateMachine", { stateMachineArn, includedData: "METADATA_ONLY" });
  expect(bare).toMatchObject({ definition: "{}", variableReferences: {} });
  const executionArn = await bench.start(stateMachineArn, "one");
  expect(await bench.handle("DescribeStateMachineForExecution", { executionArn })).toMatchObject({
    variableReferences,
    stateMachineArn,
    name: "machine",
  });
});

test("machines are listed page by page", async () => {
  await using bench = await Bench.open();
  for (const name of ["c", "a", "b"]) await bench.machine(done, { name });
  const list = async (request: object) => {
    const answer = await bench.handle("ListStateMachines", request);
    const machines = answer.stateMachines as { name: string }[];
    return { names: machines.map(({ name }) => name), nextToken: answer.nextToken };
  };
  const { names, nextToken } = await list({ maxResults: 2 });
  expect(names).toEqual(["a", "b"]);
  expect(await list({ nextToken, maxResults: 0 })).toEqual({ names: ["c"] });
  await expect(list({ nextToken: "x".repeat(3_097) })).rejects.toMatchObject({ code: "ValidationException" });
  await expect(list({ nextToken: "WzFd" })).rejects.toMatchObject({
    code: "InvalidToken",
    message: "Invalid Token: 'Invalid token'",
  });
});

const arns: [string, string, string][] = [
  ["machine", "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: machine'"],
  [
    "arn:aws:states:us-east-1:000000000000:execution:machine:one",
    "InvalidArn",
    "Invalid Arn: 'Resource type not valid in this context: execution'",
  ],
  ["arn:aws:lambda:us-east-1:000000000000:function:f", "InvalidArn", "Invalid Arn: 'arn:aws:lambda"],
  ["arn:aws:states:us-east-1:000:stateMachine:machine", "InvalidArn", "Invalid Arn: 'arn:aws:states"],
  ["arn:aws:states:us-east-1:000000000000:stateMachine:", "InvalidArn", "Invalid Arn: 'arn:aws:states"],
  [
    "arn:aws:states:us-east-1:000000000000:stateMachine:machine:1:2",
    "InvalidArn",
    "Invalid Arn: 'arn:aws:states",
  ],
  [
    "arn:aws:states:us-east-1:000000000000:stateMachine:gone",
    "StateMachineDoesNotExist",
    "State Machine Does Not Exist: 'arn:aws:states:us-east-1:000000000000:stateMachine:gone'",
  ],
  [
    "arn:aws:states:eu-west-1:000000000000:stateMachine:machine",
    "StateMachineDoesNotExist",
    "State Machine Does Not Exist: 'arn:aws:states:eu-west-1",
  ],
  ["arn:aws:states:us-east-1:000000000000:stateMachine:machine/Map", "ValidationException", "This operation"],
];
test.each(arns)("the ARN %s is refused", async (stateMachineArn, code, message) => {
  await using bench = await Bench.open();
  await bench.machine(done);
  for (const operation of [
    "DescribeStateMachine",
    "StartExecution",
    "ListExecutions",
    "ListStateMachineVersions",
  ])
    await expect(bench.handle(operation, { stateMachineArn }), operation).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
});

test("a version and an alias are not what is updated, published or deleted", async () => {
  await using bench = await Bench.open();
  const arn = await bench.machine(done, { publish: true });
  for (const operation of ["UpdateStateMachine", "PublishStateMachineVersion", "DeleteStateMachine"])
    await expect(
      bench.handle(operation, { stateMachineArn: `${arn}:1`, definition: definitionOf(done) }),
      operation,
    ).rejects.toMatchObject({ code: "ValidationException" });
});
