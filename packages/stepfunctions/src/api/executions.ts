import { AwsError } from "../aws-error.js";
import type { ExecutionRow } from "../store/store.js";
import { type Context, type Operation, seconds } from "./context.js";
import { referencesOf } from "./definition.js";
import { processorOf } from "./map-processor.js";
import { redriveState } from "./redrive.js";
import { includesData, type Request } from "./request.js";
import { readFailure } from "./task-tokens.js";

/** The execution that has an ARN, if its machine is still there. */
export function findRow(context: Context, arn: string): ExecutionRow | undefined {
  const number = context.store.get("numbers", arn);
  const row = number === undefined ? undefined : context.store.get("executions", number);
  const machine = row === undefined ? undefined : context.store.get("machines", row.machineName);
  return row?.machineId === machine?.id ? row : undefined;
}

/** The execution of a request's executionArn. @throws AwsError InvalidArn, ExecutionDoesNotExist */
export function findExecution(context: Context, request: Request): ExecutionRow {
  const arn = request.string("executionArn", { min: 1, max: 256 });
  context.arns.assertExecution(arn);
  const row = findRow(context, arn);
  if (row === undefined) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
  return row;
}

/** What went into an execution and what came of it. @param data whether its input and output are to be shown */
export function dataOf(row: ExecutionRow, data: boolean): Record<string, unknown> {
  return {
    input: data ? row.input : undefined,
    inputDetails: { included: data },
    output: data ? (row.output ?? undefined) : undefined,
    outputDetails: row.output === null ? undefined : { included: data },
    error: row.error ?? undefined,
    cause: row.cause ?? undefined,
    traceHeader: row.traceHeader ?? undefined,
  };
}

/** DescribeExecution. */
export const describeExecution: Operation = (context, request) => {
  const row = findExecution(context, request);
  const data = includesData(request);
  const { status, reason } = redriveState(context, row);
  return {
    ...summary(row),
    ...dataOf(row, data),
    mapRunArn: row.mapRun?.arn,
    redriveStatus: status,
    redriveStatusReason: reason,
  };
};

/** What lists show of an execution. */
export function summary(row: ExecutionRow): Record<string, unknown> {
  return {
    executionArn: row.arn,
    stateMachineArn: row.machineArn,
    name: row.name,
    status: row.status,
    startDate: seconds(row.startedAt),
    stopDate: row.stoppedAt === null ? undefined : seconds(row.stoppedAt),
    redriveCount: row.redriveCount,
    redriveDate: row.redrivenAt === null ? undefined : seconds(row.redrivenAt),
    stateMachineVersionArn: row.versionArn ?? undefined,
    stateMachineAliasArn: row.aliasArn ?? undefined,
  };
}

/** DescribeStateMachineForExecution: the definition that the execution runs, whatever became of the machine since. */
export const describeStateMachineForExecution: Operation = (context, request) => {
  const row = findExecution(context, request);
  const revision = context.machines.revision(row.revisionId);
  const data = includesData(request);
  const definition =
    row.mapRun === null ? revision.definition : processorOf(revision.definition, labelOf(row));
  return {
    stateMachineArn: row.machineArn,
    name: row.machineArn.split(":")[6],
    definition: data ? definition : "{}",
    roleArn: revision.roleArn,
    updateDate: seconds(revision.updatedAt),
    loggingConfiguration: revision.loggingConfiguration,
    tracingConfiguration: revision.tracingConfiguration,
    revisionId: revision.id,
    ...(row.mapRun === null ? {} : { mapRunArn: row.mapRun.arn, label: labelOf(row) }),
    variableReferences: data ? referencesOf(definition) : {},
  };
};

/** The label of the distributed Map whose item an execution is for. */
function labelOf({ machineArn }: ExecutionRow): string {
  return machineArn.slice(machineArn.indexOf("/") + 1);
}

/** StopExecution. An execution that has ended keeps its end. */
export const stopExecution: Operation = async (context, request) => {
  const row = findExecution(context, request);
  await context.executions.stop(row.number, readFailure(request));
  const stopped = context.store.get("executions", row.number) ?? row;
  return { stopDate: seconds(stopped.stoppedAt ?? context.clock.now()) };
};
