import {
  CreateStateMachineAliasCommand,
  DeleteStateMachineAliasCommand,
  ListStateMachineVersionsCommand,
} from "@aws-sdk/client-sfn";
import { closeRun, dispatchQueued, pruneVersions, type RunsDependencies, retryRun } from "@longhaul/runs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dataImport } from "./engine.js";
import { openRunsWorld, type RunsWorld } from "./runs-world.js";
import { thrown } from "./scripted-steps.js";

const machine = "longhaul-data-import";
const stateMachineArn = `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`;
const version = (number: number) => `${stateMachineArn}:${number}`;

let world: RunsWorld;
beforeEach(async () => {
  world = await openRunsWorld();
  world.steps.reset();
});
afterEach(() => world[Symbol.asyncDispose]());

/** Deploys other definitions until there are so many versions. @returns the dependencies of what was deployed last. */
async function deployed(versions: number): Promise<RunsDependencies> {
  for (let number = 2; number <= versions; number += 1) {
    const arn = await world.deploy(machine, { ...dataImport(), Comment: `definition ${number}` });
    expect(arn).toBe(version(number));
  }
  return { ...world.deps, stateMachines: { "data-import": version(versions) } };
}

/** The numbers of the versions that there are. */
async function present(): Promise<number[]> {
  const { stateMachineVersions = [] } = await world.sfn.send(
    new ListStateMachineVersionsCommand({ stateMachineArn }),
  );
  return stateMachineVersions.map(({ stateMachineVersionArn }) =>
    Number(stateMachineVersionArn!.split(":")[7]),
  );
}

test("the newest stay, and those that a run names which has not ended", async () => {
  const release = world.steps.hold("ProcessData");
  const runId = await world.start();
  await dispatchQueued(world.deps);
  const deps = await deployed(6);
  expect(await pruneVersions(deps, { keep: 2 })).toEqual({ deleted: 3 });
  expect(await present()).toEqual([6, 5, 1]);
  expect(await pruneVersions(deps, { keep: 2 })).toEqual({ deleted: 0 });

  release();
  expect(await world.ended(runId)).toMatchObject({ status: "SUCCEEDED" });
  await closeRun(deps, await world.ended(runId));
  expect(await pruneVersions(deps, { keep: 2 })).toEqual({ deleted: 1 });
  expect(await present()).toEqual([6, 5]);
  // Numbers are not given again.
  expect(await world.deploy(machine, dataImport())).toBe(version(7));
});

test("the version of a run that is queued again stays until it has ended", async () => {
  world.steps.script("ProcessData", () => thrown("FatalError", "On purpose."));
  const runId = await world.start();
  await dispatchQueued(world.deps);
  await closeRun(world.deps, await world.ended(runId));
  await retryRun(world.deps, world.caller(world.ours), { runId });
  const deps = await deployed(3);
  expect(await pruneVersions(deps, { keep: 1 })).toEqual({ deleted: 1 });
  expect(await present()).toEqual([3, 1]);
  expect(await dispatchQueued(deps)).toMatchObject({ sent: 1 });
});

test("what is deployed stays, though newer ones were published: an older deployment may have come back", async () => {
  await deployed(5);
  const deps = { ...world.deps, stateMachines: { "data-import": version(3) } };
  expect(await pruneVersions(deps, { keep: 1 })).toEqual({ deleted: 3 });
  expect(await present()).toEqual([5, 3]);
});

test("two that delete at once, and an alias of somebody's, are no trouble", async () => {
  const deps = await deployed(5);
  const alias = await world.sfn.send(
    new CreateStateMachineAliasCommand({
      name: "somebody-s",
      routingConfiguration: [{ stateMachineVersionArn: version(2), weight: 100 }],
    }),
  );
  await Promise.all([pruneVersions(deps, { keep: 1 }), pruneVersions(deps, { keep: 1 })]);
  expect(await present()).toEqual([5, 2]);
  expect(world.logged).toContainEqual({
    fields: { stateMachineVersionArn: version(2) },
    message: "an old version is in other hands and stays",
  });
  await world.sfn.send(
    new DeleteStateMachineAliasCommand({ stateMachineAliasArn: alias.stateMachineAliasArn }),
  );
  expect(await pruneVersions(deps, { keep: 1 })).toEqual({ deleted: 1 });
});

test("so many are deleted at a time, the oldest first, and where there cannot be too many nobody is asked", async () => {
  const deps = await deployed(5);
  expect(await pruneVersions({ ...deps, sfn: world.unreachable })).toEqual({ deleted: 0 });
  expect(await pruneVersions(deps, { keep: 1, limit: 3 })).toEqual({ deleted: 3 });
  expect(await present()).toEqual([5, 4]);
});
