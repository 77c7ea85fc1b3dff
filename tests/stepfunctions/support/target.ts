import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { StatusChangeEvent } from "@longhaul/stepfunctions";
import { aws } from "./env.js";
import { serve } from "./serve.js";

/** What a contract runs against: the engine here, or AWS when the environment names a role and a function there. */
export interface Target extends AsyncDisposable {
  client: SFNClient;
  roleArn: string;
  echoArn: string;
  onAws: boolean;
  /** Creates a machine with a fresh name (JSONata), deleted at the end. */
  machine(states: Record<string, object>, rest?: object): Promise<string>;
  start(stateMachineArn: string, input?: unknown, name?: string): Promise<string>;
  /** Waits for an execution's end. */
  end(executionArn: string): Promise<DescribeExecutionCommandOutput>;
}

export async function openTarget(): Promise<Target> {
  const ends = new EventEmitter();
  const ended = new Set<string>();
  const onStatusChange = async ({ executionArn, status }: StatusChangeEvent): Promise<void> => {
    if (status === "RUNNING") return;
    ended.add(executionArn);
    ends.emit(executionArn);
  };
  const served = aws === undefined ? await serve({ onStatusChange }) : undefined;
  const client = served?.client ?? new SFNClient({ region: aws?.region ?? "us-east-1" });
  const roleArn = aws?.roleArn ?? "arn:aws:iam::000000000000:role/sfn-role";
  const made: string[] = [];
  return {
    client,
    roleArn,
    echoArn: aws?.echoArn ?? "arn:aws:lambda:us-east-1:000000000000:function:echo",
    onAws: aws !== undefined,
    async machine(states, rest = {}) {
      const definition = JSON.stringify({
        QueryLanguage: "JSONata",
        StartAt: Object.keys(states)[0],
        States: states,
        ...rest,
      });
      const name = `contract-${randomUUID()}`;
      const { stateMachineArn } = await client.send(
        new CreateStateMachineCommand({ name, definition, roleArn }),
      );
      made.push(stateMachineArn as string);
      return stateMachineArn as string;
    },
    async start(stateMachineArn, input = {}, name = randomUUID()) {
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      return (await client.send(command)).executionArn as string;
    },
    async end(executionArn) {
      if (served !== undefined && !ended.has(executionArn)) await once(ends, executionArn);
      for (;;) {
        const described = await client.send(new DescribeExecutionCommand({ executionArn }));
        if (described.status !== "RUNNING") return described;
        // AWS tells nobody here: ask.
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    },
    async [Symbol.asyncDispose]() {
      if (aws !== undefined)
        for (const stateMachineArn of made)
          await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
      await served?.[Symbol.asyncDispose]();
    },
  };
}
