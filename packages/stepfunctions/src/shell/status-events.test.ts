import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { definitionOf } from "../api/testing/bench.js";
import { CountingStore } from "../api/testing/counting-store.js";
import { openOn, type StepFunctions } from "../open.js";
import type { StatusChangeEvent } from "../ports.js";
import { openStore } from "../store/open-store.js";
import { VirtualClock } from "./clock.js";

/** An engine whose status sink fails until it is told not to. */
class Bench implements AsyncDisposable {
  readonly told: StatusChangeEvent[] = [];
  readonly clock = new VirtualClock();
  fails = true;
  store!: CountingStore;
  engine!: StepFunctions;
  private readonly folder = mkdtempSync(join(tmpdir(), "status-"));

  async open(): Promise<void> {
    await (this.engine as StepFunctions | undefined)?.close();
    this.store = new CountingStore(await openStore(this.folder));
    this.engine = openOn(this.store, {
      clock: this.clock,
      region: "us-east-1",
      accountId: "000000000000",
      lambda: async ({ payload }) => ({ statusCode: 200, executedVersion: "1", payload }),
      onStatusChange: async (event) => {
        if (this.fails) throw new Error("nobody hears");
        this.told.push(event);
      },
    });
  }

  async machine(states: Record<string, object>): Promise<string> {
    const roleArn = "arn:aws:iam::000000000000:role/role";
    const request = { name: "machine", definition: definitionOf(states), roleArn };
    return ((await this.engine.handle("CreateStateMachine", request)) as { stateMachineArn: string })
      .stateMachineArn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

test("a failure that is told after its redrive and a restart is told as it was", async () => {
  await using bench = new Bench();
  await bench.open();
  const stateMachineArn = await bench.machine({ Fail: { Type: "Fail", Error: "Mine", Cause: "because" } });
  const started = await bench.engine.handle("StartExecution", { stateMachineArn, name: "one" });
  const { executionArn } = started as { executionArn: string };
  await bench.clock.rest();
  const [failedAt] = [bench.clock.now()];
  await bench.clock.advance(100);
  await bench.engine.handle("RedriveExecution", { executionArn });
  await bench.engine.handle("StopExecution", { executionArn }).catch(() => {});
  await bench.clock.rest();
  await bench.open();
  bench.fails = false;
  await bench.clock.advance(60_000);
  const failed = bench.told.filter(({ status }) => status === "FAILED");
  expect(failed[0]).toMatchObject({ error: "Mine", cause: "because", stopDate: failedAt });
  expect(bench.told.map(({ status }) => status)).toEqual(["RUNNING", "FAILED", "RUNNING", "FAILED"]);
});

test("while nobody hears, no more than so many executions are kept in memory for it", async () => {
  await using bench = new Bench();
  await bench.open();
  const stateMachineArn = await bench.machine({ Done: { Type: "Succeed" } });
  const many = Array.from({ length: 600 }, (_, index) =>
    bench.engine.handle("StartExecution", { stateMachineArn, name: `run-${index}`, input: String(index) }),
  );
  await Promise.all(many);
  await bench.clock.rest();
  bench.store.reads.outbox = 0;
  bench.fails = false;
  await bench.clock.advance(60_000);
  expect(bench.told).toHaveLength(1_200);
  expect(bench.told.filter(({ status, output }) => status === "SUCCEEDED" && output !== null)).toHaveLength(
    600,
  );
  // Two changes each, of which a thousand are held.
  expect(bench.store.reads.outbox).toBe(200);
});
