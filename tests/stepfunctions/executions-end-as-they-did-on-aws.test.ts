import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { VirtualClock } from "@longhaul/stepfunctions";
import { describe, expect, test } from "vitest";
import { difference, recorded, recordedOutcome } from "./support/compare.js";
import { type Case, inScope, readCases } from "./support/conformance.js";
import { conformanceDir } from "./support/env.js";
import { lambdaOf } from "./support/lambdas.js";
import { type Served, serve } from "./support/serve.js";

const cases = readCases(conformanceDir).filter(inScope);

describe.skipIf(cases.length === 0)("executions recorded on AWS", () => {
  test.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const clock = new VirtualClock(Date.now());
    await using served = await serve({ lambda: lambdaOf(one.functions), clock });
    const executionArn = await start(served, one);
    const described = await end(served, clock, executionArn);
    expect(difference(recordedOutcome(described, one.expected), outcomeOf(one), one.notes.ignore)).toBeNull();
    if (one.expected.events === undefined) return;
    const history = await served.client.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    const events = (history.events ?? []).map((event) => recorded(JSON.parse(JSON.stringify(event))));
    expect(difference({ events }, { events: one.expected.events }, one.notes.ignore)).toBeNull();
  });
});

async function start({ client }: Served, one: Case): Promise<string> {
  const { stateMachineName, executionName, roleArn } = one.context;
  const definition = JSON.stringify(one.definition);
  const machine = await client.send(
    new CreateStateMachineCommand({ name: stateMachineName, roleArn, definition }),
  );
  const { stateMachineArn } = machine;
  const started = await client.send(
    new StartExecutionCommand({
      stateMachineArn,
      name: executionName,
      ...(one.inputText === undefined ? {} : { input: one.inputText }),
    }),
  );
  return started.executionArn as string;
}

/** Moves the clock on until the execution has ended. */
async function end({ client }: Served, clock: VirtualClock, executionArn: string) {
  for (;;) {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== "RUNNING") return described;
    await clock.advance(1_000);
  }
}

function outcomeOf({ expected }: Case): Record<string, unknown> {
  const { status, output, error, cause } = expected;
  const outcome = { status, output, error, cause };
  return Object.fromEntries(Object.entries(outcome).filter(([, value]) => value !== undefined));
}
