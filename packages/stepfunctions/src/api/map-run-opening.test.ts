import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openOn } from "../open.js";
import { VirtualClock } from "../shell/clock.js";
import { openStore } from "../store/open-store.js";
import { CountingStore } from "./testing/counting-store.js";
import { definitionOf } from "./testing/bench.js";

test("map runs are read through once at an opening", async () => {
  const folder = mkdtempSync(join(tmpdir(), "opening-"));
  const clock = new VirtualClock();
  const options = {
    clock,
    region: "us-east-1",
    accountId: "000000000000",
    lambda: async ({ payload }: { payload: string }) => ({ statusCode: 200, executedVersion: "1", payload }),
  };
  const before = openOn(await openStore(folder), options);
  const Map = {
    Type: "Map",
    Items: [1],
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      StartAt: "Pass",
      States: { Pass: { Type: "Pass", End: true } },
    },
    End: true,
  };
  const roleArn = "arn:aws:iam::000000000000:role/role";
  const request = { name: "machine", definition: definitionOf({ Map }), roleArn };
  const machine = (await before.handle("CreateStateMachine", request)) as { stateMachineArn: string };
  await before.handle("StartExecution", { ...machine, name: "one" });
  await clock.advance(0);
  await before.close();
  const store = new CountingStore(await openStore(folder));
  const engine = openOn(store, options);
  expect(store.reads.mapRuns).toBe(1);
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});
