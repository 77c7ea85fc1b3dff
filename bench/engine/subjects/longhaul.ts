import { setTimeout as sleep } from "node:timers/promises";
import { type LambdaInvoker, openStepFunctions, type StatusChangeEvent } from "@longhaul/stepfunctions";
import { check, type Place, type Subject, slowStepMs, type Survive } from "../subject.js";
import { slow } from "./machines.js";

export const region = "us-east-1";
export const accountId = "000000000000";
export const roleArn = `arn:aws:iam::${accountId}:role/bench`;

/** Adds one to the number it is called with and keeps the rest. */
export const lambda: LambdaInvoker = async ({ payload }) => {
  const event = JSON.parse(payload) as { n: number };
  return {
    statusCode: 200,
    executedVersion: "$LATEST",
    payload: JSON.stringify({ ...event, n: event.n + 1 }),
  };
};

/** Executions under way by name, and who waits for their ends. */
export class Ends {
  private readonly waiting = new Map<string, (event: StatusChangeEvent) => void>();

  readonly onStatusChange = async (event: StatusChangeEvent): Promise<void> => {
    if (event.status === "RUNNING") return;
    this.waiting.get(event.name)?.(event);
    this.waiting.delete(event.name);
  };

  of(name: string): Promise<StatusChangeEvent> {
    return new Promise((resolve) => this.waiting.set(name, resolve));
  }
}

/** The engine in this process, running `definition`; ends are seen through the event sink, so they are on disk. */
export async function openLonghaul({ directory }: Place, definition: string): Promise<Subject> {
  const ends = new Ends();
  const engine = await openStepFunctions({
    dataDir: directory,
    region,
    accountId,
    lambda,
    onStatusChange: ends.onStatusChange,
  });
  const { stateMachineArn } = (await engine.handle("CreateStateMachine", {
    name: "five",
    definition,
    roleArn,
  })) as { stateMachineArn: string };
  return {
    async run(n) {
      const name = `n${n}`;
      const ended = ends.of(name);
      await engine.handle("StartExecution", {
        stateMachineArn,
        name,
        input: `{"run":"run-${n}","n":${n}}`,
      });
      const { status, output, error, cause } = await ended;
      if (status !== "SUCCEEDED") throw new Error(`${status}: ${error} ${cause}`);
      check(n, JSON.parse(output ?? "null") as { n: number });
    },
    close: () => engine.close(),
  };
}

export const survive: Survive = async ({ directory }, resumed, began) => {
  const ends = new Ends();
  const ended = ends.of("slow");
  const engine = await openStepFunctions({
    dataDir: directory,
    region,
    accountId,
    async lambda(call) {
      if (call.functionName === "slow") {
        began();
        await sleep(slowStepMs);
      }
      return lambda(call);
    },
    onStatusChange: ends.onStatusChange,
  });
  if (!resumed) {
    const request = { name: "slow", definition: slow, roleArn };
    const { stateMachineArn } = (await engine.handle("CreateStateMachine", request)) as {
      stateMachineArn: string;
    };
    await engine.handle("StartExecution", { stateMachineArn, name: "slow", input: '{"n":0}' });
  }
  const { output } = await ended;
  if (output !== '{"n":3}') throw new Error(`the execution that survived gave ${output}`);
  await engine.close();
};
