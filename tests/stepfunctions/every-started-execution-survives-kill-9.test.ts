import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Child, startChild } from "./support/child-process.js";

// Eleven processes start one after the other.
vi.setConfig({ testTimeout: 120_000 });

const KILLS = 5;
const STARTS_A_ROUND = 25;

const Work = (Next: string) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: "work", Payload: { n: "{% $states.input.n %}" } },
  Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, MaxDelaySeconds: 2, MaxAttempts: 50 }],
  Output: "{% $states.result.Payload %}",
  Next,
});
const definition = JSON.stringify({
  QueryLanguage: "JSONata",
  StartAt: "First",
  States: {
    First: Work("Sleep"),
    Sleep: { Type: "Wait", Seconds: 1, Assign: { seen: "{% $states.input.n %}" }, Next: "Second" },
    Second: Work("Choose"),
    Choose: {
      Type: "Choice",
      Choices: [{ Condition: "{% $states.input.n = $seen + 1 %}", Next: "Done" }],
      Default: "Wrong",
    },
    Done: { Type: "Succeed", Output: "{% $states.input.n %}" },
    Wrong: { Type: "Fail", Error: "Wrong" },
  },
});

let dataDir: string;
let child: Child | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "stepfunctions-kill-"));
});
afterEach(async () => {
  await child?.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

test("killed at random moments, each acknowledged execution ends with the right output and a sound history", async () => {
  const acknowledged = new Map<string, number>();
  const ended = new Set<string>();
  let noticed = (): void => {};
  const onEnd = (arn: string): void => {
    ended.add(arn);
    noticed();
  };
  child = await startChild(dataDir, onEnd);
  const request = { name: "kill", definition, roleArn: "arn:aws:iam::000000000000:role/role" };
  const { stateMachineArn } = await child.client.send(new CreateStateMachineCommand(request));
  for (let round = 0; round < KILLS; round += 1) {
    const { client } = child;
    const starting = Array.from({ length: STARTS_A_ROUND }, async (_, index) => {
      const n = round * STARTS_A_ROUND + index;
      const command = new StartExecutionCommand({
        stateMachineArn,
        name: `run-${n}`,
        input: JSON.stringify({ n }),
      });
      const { executionArn } = await client.send(command);
      acknowledged.set(executionArn as string, n);
    });
    // Those that the kill catches unanswered may be lost: nobody was told that they had started.
    const starts = Promise.allSettled(starting);
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 400));
    await child.kill();
    await starts;
    child = await startChild(dataDir, onEnd);
  }
  expect(acknowledged.size).toBeGreaterThan(0);
  while ([...acknowledged.keys()].some((arn) => !ended.has(arn)))
    await new Promise<void>((resolve) => {
      noticed = resolve;
    });
  for (const [executionArn, n] of acknowledged) {
    const described = await child.client.send(new DescribeExecutionCommand({ executionArn }));
    expect([described.status, described.output]).toEqual(["SUCCEEDED", String(n + 2)]);
    const { events = [] } = await child.client.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    assertSound(events);
  }
});

test("a folder that another living process has open is refused; a killed one's is not", async () => {
  child = await startChild(dataDir);
  const second = await startChild(dataDir);
  expect(second.refusal).toMatchObject({ name: "DataDirectoryInUseError" });
  expect(second.refusal?.message).toContain("in use by another process");
  await second.kill();
  await child.kill();
  child = await startChild(dataDir);
  expect(child.refusal).toBeNull();
});

/** Ids without a gap, each task with one outcome, one end, and it last. */
function assertSound(events: HistoryEvent[]): void {
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  expect(count("TaskScheduled")).toBe(count("TaskSucceeded") + count("TaskFailed"));
  expect(count("TaskStateEntered")).toBe(count("TaskStateExited"));
  expect(count("WaitStateExited")).toBe(1);
  expect(
    events.filter(({ type }) => /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(type ?? "")),
  ).toHaveLength(1);
  expect(events.at(-1)?.type).toBe("ExecutionSucceeded");
}
