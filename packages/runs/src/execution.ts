import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type SFNClient,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { RunUnderWay } from "@longhaul/db";
import { z } from "zod";
import type { RunsDependencies } from "./dependencies.js";

/** What a run wants to know of its execution. Absent texts were not told, which is not the same as empty. */
export interface Execution {
  executionArn: string;
  name: string;
  status: ExecutionStatus;
  output?: string | undefined;
  error?: string | undefined;
  cause?: string | undefined;
  input?: string | undefined;
}

export const executionStatusSchema = z.enum([
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
  "TIMED_OUT",
  "ABORTED",
  "PENDING_REDRIVE",
]);
export type ExecutionStatus = z.infer<typeof executionStatusSchema>;

/** @returns null when there is no such execution. */
export async function describeExecution(sfn: SFNClient, executionArn: string): Promise<Execution | null> {
  try {
    const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    const { name = "", output, error, cause, input } = found;
    return {
      executionArn,
      name,
      status: executionStatusSchema.parse(found.status),
      output,
      error,
      cause,
      input,
    };
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return null;
    throw error;
  }
}

/** Stops an execution; one that has ended, or never was, is left as it is. */
export async function stopExecution(sfn: SFNClient, executionArn: string): Promise<void> {
  try {
    await sfn.send(
      new StopExecutionCommand({ executionArn, error: "CANCELLED", cause: "The run was cancelled." }),
    );
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
  }
}

/**
 * The ARN that an execution has or would have: it is made of its state machine's, without the version, and
 * of its name.
 */
export function executionArnOf(stateMachineArn: string, executionName: string): string {
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(":");
  return [arn, partition, service, region, account, "execution", machine, executionName].join(":");
}

/**
 * The ARN of a run's execution: as it was noted when the run was sent, or where it has to be while that note
 * is not written yet.
 *
 * @returns null when nothing is known of the workflow's state machine.
 */
export function executionArnOfRun(
  { stateMachines }: Pick<RunsDependencies, "stateMachines">,
  run: RunUnderWay,
): string | null {
  if (run.executionArn) return run.executionArn;
  const stateMachineArn = run.stateMachineArn ?? stateMachines[run.workflow];
  return stateMachineArn ? executionArnOf(stateMachineArn, run.executionName) : null;
}
