import { expect, test } from "vitest";
import { Bench, definitionOf } from "./testing/bench.js";

/** A machine with versions 1 to `versions`, each of which gives its number. */
async function openWithVersions(
  versions = 2,
): Promise<{ bench: Bench; arn: string; [Symbol.asyncDispose](): Promise<void> }> {
  const bench = await Bench.open();
  const give = (Output: number) => ({ Give: { Type: "Pass", Output, End: true } });
  const arn = await bench.machine(give(1), { publish: true });
  for (let version = 2; version <= versions; version += 1)
    await bench.handle("UpdateStateMachine", {
      stateMachineArn: arn,
      definition: definitionOf(give(version)),
      publish: true,
    });
  return { bench, arn, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

function routing(arn: string, weights: Record<number, number>) {
  return Object.entries(weights).map(([version, weight]) => ({
    stateMachineVersionArn: `${arn}:${version}`,
    weight,
  }));
}

function create(bench: Bench, arn: string, weights: Record<number, number>, rest: object = {}) {
  return bench.handle("CreateStateMachineAlias", {
    name: "live",
    routingConfiguration: routing(arn, weights),
    ...rest,
  });
}

test("an alias starts the version that it points to, before and after it is moved", async () => {
  await using made = await openWithVersions();
  const { bench, arn } = made;
  const created = await create(bench, arn, { 1: 100 }, { description: "what customers get" });
  expect(created).toEqual({ stateMachineAliasArn: `${arn}:live`, creationDate: bench.clock.now() / 1000 });
  const one = await bench.describe(await bench.start(`${arn}:live`, "one"));
  expect(one).toMatchObject({
    output: "1",
    stateMachineArn: arn,
    stateMachineAliasArn: `${arn}:live`,
    stateMachineVersionArn: `${arn}:1`,
  });
  await bench.clock.advance(5_000);
  const update = { stateMachineAliasArn: `${arn}:live`, routingConfiguration: routing(arn, { 2: 100 }) };
  const { updateDate } = await bench.handle("UpdateStateMachineAlias", update);
  expect(await bench.describe(await bench.start(`${arn}:live`, "two"))).toMatchObject({ output: "2" });
  await bench.reopen();
  expect(await bench.handle("DescribeStateMachineAlias", { stateMachineAliasArn: `${arn}:live` })).toEqual({
    ...created,
    name: "live",
    description: "what customers get",
    routingConfiguration: routing(arn, { 2: 100 }),
    updateDate,
  });
  const list = async (stateMachineArn: string) => {
    const { executions } = await bench.handle("ListExecutions", { stateMachineArn });
    return (executions as { name: string }[]).map(({ name }) => name);
  };
  await bench.start(arn, "three");
  expect(await list(`${arn}:live`)).toEqual(["two", "one"]);
  expect(await list(`${arn}:2`)).toEqual(["two"]);
  expect(await list(arn)).toEqual(["three", "two", "one"]);
});

test("two versions share the executions as their weights say", async () => {
  await using made = await openWithVersions();
  const { bench, arn } = made;
  await create(bench, arn, { 1: 0, 2: 100 }, { name: "all" });
  await create(bench, arn, { 1: 50, 2: 50 }, { name: "half" });
  const counts = { all: { 1: 0, 2: 0 }, half: { 1: 0, 2: 0 } };
  for (const name of ["all", "half"] as const)
    for (let number = 0; number < 100; number += 1) {
      const { output } = await bench.describe(await bench.start(`${arn}:${name}`, `${name}-${number}`));
      counts[name][output as "1"] += 1;
    }
  expect(counts.all).toEqual({ 1: 0, 2: 100 });
  // Less often than once in 10^15 runs would a fair coin fall outside.
  expect(counts.half[1]).toBeGreaterThan(10);
  expect(counts.half[1]).toBeLessThan(90);
});

test("creating again answers the same; something else under the name is refused", async () => {
  await using made = await openWithVersions();
  const { bench, arn } = made;
  const first = await create(bench, arn, { 1: 20, 2: 80 });
  await bench.clock.advance(1_000);
  const swapped = routing(arn, { 1: 20, 2: 80 }).toReversed();
  expect(await create(bench, arn, {}, { routingConfiguration: swapped })).toEqual(first);
  for (const rest of [{ description: "other" }, { routingConfiguration: routing(arn, { 1: 100 }) }])
    await expect(create(bench, arn, { 1: 20, 2: 80 }, rest)).rejects.toMatchObject({
      code: "ConflictException",
      statusCode: 409,
    });
});

test("what cannot be routed is refused", async () => {
  await using made = await openWithVersions();
  const { bench, arn } = made;
  await bench.machine({ Done: { Type: "Succeed" } }, { name: "other", publish: true });
  const other = arn.replace(/machine$/, "other");
  const refusals: [object, string, RegExp][] = [
    [{ routingConfiguration: [] }, "ValidationException", /one or two/],
    [{ routingConfiguration: routing(arn, { 1: 30, 2: 30, 3: 40 }) }, "ValidationException", /one or two/],
    [{ routingConfiguration: routing(arn, { 1: 60, 2: 60 }) }, "ValidationException", /must equal 100/],
    [{ routingConfiguration: routing(arn, { 1: 101 }) }, "ValidationException", /less than or equal to 100/],
    [
      { routingConfiguration: [...routing(arn, { 1: 50 }), ...routing(arn, { 1: 50 })] },
      "ValidationException",
      /distinct/,
    ],
    [
      { routingConfiguration: [...routing(arn, { 1: 50 }), ...routing(other, { 1: 50 })] },
      "ValidationException",
      /same state machine/,
    ],
    [
      { routingConfiguration: [{ stateMachineVersionArn: arn, weight: 100 }] },
      "ValidationException",
      /version ARNs/,
    ],
    [
      { routingConfiguration: [{ stateMachineVersionArn: "no", weight: 100 }] },
      "InvalidArn",
      /Invalid ARN prefix/,
    ],
    [{ routingConfiguration: routing(arn, { 9: 100 }) }, "ResourceNotFound", /:9/],
    [
      { routingConfiguration: routing(arn, { 1: 50, 2: 101 }) },
      "ValidationException",
      /'101' at 'routingConfiguration.2.member.weight'/,
    ],
    [{ name: "12" }, "ValidationException", /regular expression pattern/],
    [{ name: "a b" }, "ValidationException", /regular expression pattern/],
    [{ name: "" }, "ValidationException", /greater than or equal to 1/],
  ];
  for (const [rest, code, message] of refusals)
    await expect(create(bench, arn, { 1: 100 }, rest), JSON.stringify(rest)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
});

test("a version that an alias points to cannot be deleted until the alias is", async () => {
  await using made = await openWithVersions();
  const { bench, arn } = made;
  await create(bench, arn, { 1: 10, 2: 90 });
  const remove = () => bench.handle("DeleteStateMachineVersion", { stateMachineVersionArn: `${arn}:1` });
  await expect(remove()).rejects.toMatchObject({
    code: "ConflictException",
    message: expect.stringContaining("[live]"),
  });
  const alias = { stateMachineAliasArn: `${arn}:live` };
  await bench.handle("DeleteStateMachineAlias", alias);
  await remove();
  for (const operation of ["DeleteStateMachineAlias", "DescribeStateMachineAlias"])
    await expect(bench.handle(operation, alias)).rejects.toMatchObject({
      code: "ResourceNotFound",
      members: { resourceName: `${arn}:live` },
    });
  await expect(bench.handle("UpdateStateMachineAlias", alias)).rejects.toMatchObject({
    code: "ValidationException",
    members: { reason: "MISSING_REQUIRED_PARAMETER" },
  });
  await expect(bench.start(`${arn}:live`, "one")).rejects.toMatchObject({ code: "StateMachineDoesNotExist" });
});

test("aliases are listed newest first, page by page, of a machine or of a version", async () => {
  await using made = await openWithVersions();
  const { bench, arn } = made;
  for (const [name, version] of [
    ["first", 1],
    ["second", 2],
    ["third", 1],
  ] as const) {
    await create(bench, arn, { [version]: 100 }, { name });
    await bench.clock.advance(1_000);
  }
  const list = async (request: object) => {
    const answer = await bench.handle("ListStateMachineAliases", request);
    const aliases = answer.stateMachineAliases as { stateMachineAliasArn: string }[];
    return {
      names: aliases.map((alias) => alias.stateMachineAliasArn.split(":").at(-1)),
      nextToken: answer.nextToken,
    };
  };
  const page = await list({ stateMachineArn: arn, maxResults: 2 });
  expect(page.names).toEqual(["third", "second"]);
  expect(await list({ stateMachineArn: arn, nextToken: page.nextToken })).toEqual({ names: ["first"] });
  expect((await list({ stateMachineArn: `${arn}:1` })).names).toEqual(["third", "first"]);
  await expect(list({ stateMachineArn: `${arn}-no` })).rejects.toMatchObject({
    code: "StateMachineDoesNotExist",
  });
});

test("there is an end to aliases", async () => {
  await using made = await openWithVersions(1);
  const { bench, arn } = made;
  for (let number = 0; number < 100; number += 1)
    await create(bench, arn, { 1: 100 }, { name: `a${number}` });
  await expect(create(bench, arn, { 1: 100 }, { name: "more" })).rejects.toMatchObject({
    code: "ServiceQuotaExceededException",
    statusCode: 402,
  });
});

test("a deleted machine takes its versions and aliases with it", async () => {
  await using made = await openWithVersions();
  const { bench, arn } = made;
  await create(bench, arn, { 1: 100 });
  await expect(bench.handle("DeleteStateMachine", { stateMachineArn: `${arn}:1` })).rejects.toMatchObject({
    code: "ValidationException",
  });
  await bench.handle("DeleteStateMachine", { stateMachineArn: arn });
  await bench.machine({ Done: { Type: "Succeed" } });
  const { stateMachineAliases } = await bench.handle("ListStateMachineAliases", { stateMachineArn: arn });
  expect(stateMachineAliases).toEqual([]);
});
