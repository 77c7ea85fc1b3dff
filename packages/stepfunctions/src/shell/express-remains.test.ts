import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openOn } from "../open.js";
import { openStore } from "../store/open-store.js";
import type { Store } from "../store/store.js";

function sizes(store: Store): Record<string, number> {
  const tables = ["executions", "numbers", "byMachine", "log", "running"] as const;
  return Object.fromEntries(tables.map((table) => [table, [...store.range(table)].length]));
}

test("ended EXPRESS executions are removed after a while, and all of them at the close", async () => {
  const folder = mkdtempSync(join(tmpdir(), "express-remains-"));
  const store = await openStore(folder);
  let atClose: Record<string, number> = {};
  const kept: Store = {
    write: (writes) => store.write(writes),
    flushed: () => store.flushed(),
    get: (table, key) => store.get(table, key),
    range: (table, range) => store.range(table, range),
    close: async () => {
      atClose = sizes(store);
      await store.close();
    },
  };
  const lambda = () => Promise.reject(new Error("there is no task here"));
  const engine = openOn(kept, { region: "us-east-1", accountId: "000000000000", lambda });
  try {
    const definition = JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } });
    const roleArn = "arn:aws:iam::000000000000:role/role";
    const arns: string[] = [];
    for (const type of ["EXPRESS", "STANDARD"]) {
      const made = await engine.handle("CreateStateMachine", { name: type, type, definition, roleArn });
      arns.push((made as { stateMachineArn: string }).stateMachineArn);
    }
    await engine.handle("StartExecution", { stateMachineArn: arns[1] });
    const runs = Array.from({ length: 1_100 }, () =>
      engine.handle("StartSyncExecution", { stateMachineArn: arns[0] }),
    );
    const ended = (await Promise.all(runs)) as { status: string }[];
    expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(["SUCCEEDED"]));
    await store.flushed();
    expect(sizes(store).executions).toBeLessThan(1_000);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
  expect(atClose).toEqual({ executions: 1, numbers: 1, byMachine: 1, log: 1, running: 0 });
});

test("what a killed process has left of EXPRESS executions is removed by the next", async () => {
  const folder = mkdtempSync(join(tmpdir(), "express-remains-"));
  const store = await openStore(folder);
  // The store outlives its engines, which do not come to close it.
  const kept: Store = {
    write: (writes) => store.write(writes),
    flushed: () => store.flushed(),
    get: (table, key) => store.get(table, key),
    range: (table, range) => store.range(table, range),
    close: async () => {},
  };
  const lambda = () => Promise.reject(new Error("there is no task here"));
  const options = { region: "us-east-1", accountId: "000000000000", lambda };
  const killed = openOn(kept, options);
  const definition = JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } });
  const request = { name: "m", type: "EXPRESS", definition, roleArn: "arn:aws:iam::000000000000:role/role" };
  const made = (await killed.handle("CreateStateMachine", request)) as { stateMachineArn: string };
  await killed.handle("StartSyncExecution", made);
  expect(sizes(store).executions).toBe(1);
  const next = openOn(kept, options);
  await next.close();
  expect(sizes(store)).toEqual({ executions: 0, numbers: 0, byMachine: 0, log: 0, running: 0 });
  await killed.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
