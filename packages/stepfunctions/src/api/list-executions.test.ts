import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openOn } from "../open.js";
import { VirtualClock } from "../shell/clock.js";
import { openStore } from "../store/open-store.js";
import { Bench, definitionOf } from "./testing/bench.js";
import { CountingStore } from "./testing/counting-store.js";

const wait = { Sleep: { Type: "Wait", Seconds: "{% $states.input.seconds %}", End: true } };

function listing(bench: Bench) {
  return async (request: object) => {
    const { executions, nextToken } = await bench.handle("ListExecutions", request);
    return { names: (executions as { name: string }[]).map(({ name }) => name), nextToken };
  };
}

test("running executions are found among ended ones and those of other machines, page by page", async () => {
  await using bench = await Bench.open();
  const list = listing(bench);
  const [mine, other] = [await bench.machine(wait), await bench.machine(wait, { name: "other" })];
  const start = (arn: string, name: string, seconds: number) =>
    bench.start(arn, name, { input: JSON.stringify({ seconds }) });
  const running: string[] = [];
  for (let number = 0; number < 30; number += 1) {
    const long = number % 5 === 0;
    await start(mine, `mine-${number}`, long ? 1_000 : 1);
    if (long) running.unshift(`mine-${number}`);
    await start(other, `other-${number}`, 1_000);
  }
  await bench.clock.advance(10_000);
  const found: string[] = [];
  for (let nextToken: unknown; ; ) {
    const page = await list({ stateMachineArn: mine, statusFilter: "RUNNING", maxResults: 2, nextToken });
    found.push(...page.names);
    nextToken = page.nextToken;
    if (nextToken === undefined) break;
  }
  expect(found).toEqual(running);
  expect((await list({ stateMachineArn: other, statusFilter: "RUNNING" })).names).toHaveLength(30);
  expect((await list({ stateMachineArn: other, statusFilter: "SUCCEEDED" })).names).toEqual([]);
  expect((await list({ stateMachineArn: mine, statusFilter: "SUCCEEDED" })).names).toHaveLength(24);
  await bench.handle("DeleteStateMachine", { stateMachineArn: other });
  expect((await list({ stateMachineArn: mine, statusFilter: "RUNNING" })).names).toEqual(running);
});

test("requests that ask for nothing that can be listed are refused", async () => {
  await using bench = await Bench.open();
  const list = listing(bench);
  const stateMachineArn = await bench.machine(wait);
  const mapRunArn = stateMachineArn.replace("stateMachine:machine", "mapRun:machine/Map:1");
  const refusals: [object, string][] = [
    [{}, "ValidationException"],
    [{ stateMachineArn, mapRunArn }, "ValidationException"],
    [{ stateMachineArn, statusFilter: "PENDING_REDRIVE" }, "ValidationException"],
    [{ stateMachineArn, statusFilter: "DONE" }, "ValidationException"],
    [{ stateMachineArn, maxResults: 1001 }, "ValidationException"],
    [{ stateMachineArn, nextToken: "made up" }, "InvalidToken"],
    [{ stateMachineArn: `${stateMachineArn}:7` }, "StateMachineDoesNotExist"],
    [{ stateMachineArn: `${stateMachineArn}/Map` }, "ValidationException"],
    [{ mapRunArn }, "ResourceNotFound"],
    [{ mapRunArn: stateMachineArn }, "InvalidArn"],
  ];
  for (const [request, code] of refusals)
    await expect(list(request), JSON.stringify(request)).rejects.toMatchObject({ code });
});

test("to find the few that run, the many that have ended are not read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "list-executions-"));
  const store = new CountingStore(await openStore(folder));
  const clock = new VirtualClock();
  const lambda = () => Promise.reject(new Error("there is no task here"));
  const engine = openOn(store, { region: "us-east-1", accountId: "000000000000", lambda, clock });
  try {
    const definition = definitionOf(wait);
    const request = { name: "machine", definition, roleArn: "arn:aws:iam::000000000000:role/role" };
    const machine = (await engine.handle("CreateStateMachine", request)) as { stateMachineArn: string };
    const { stateMachineArn } = machine;
    const start = (seconds: number) =>
      engine.handle("StartExecution", { stateMachineArn, input: JSON.stringify({ seconds }) });
    for (const seconds of [500, 1, 500, 1, 500])
      await Promise.all(Array.from({ length: seconds === 1 ? 150 : 1 }, () => start(seconds)));
    await clock.advance(10_000);
    for (const table of Object.keys(store.reads)) delete store.reads[table as "log"];
    const answer = await engine.handle("ListExecutions", { stateMachineArn, statusFilter: "RUNNING" });
    expect((answer as { executions: unknown[] }).executions).toHaveLength(3);
    expect(store.reads.executions).toBe(3);
    expect(store.reads.byMachine).toBeLessThan(10);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
