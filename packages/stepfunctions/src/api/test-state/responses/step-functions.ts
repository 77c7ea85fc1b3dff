import { anything, fields, flag, number, oneOf, text, type Shape } from "../shape.js";

const arn = text({ min: 1, max: 256 });
const payload = text({ max: 262_144 });
const included = fields({ Included: flag });

const startExecution = fields({ ExecutionArn: arn, StartDate: text() }, ["ExecutionArn", "StartDate"]);

const execution = {
  ExecutionArn: arn,
  StateMachineArn: arn,
  Name: text({ min: 1, max: 80 }),
  StartDate: text(),
  StopDate: text(),
  InputDetails: included,
  OutputDetails: included,
  TraceHeader: text({ max: 256 }),
  Error: text({ max: 256 }),
  Cause: text({ max: 32_768 }),
};
const described = {
  ...execution,
  Status: oneOf("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"),
  StateMachineVersionArn: arn,
  StateMachineAliasArn: arn,
  MapRunArn: text({ min: 1, max: 2000 }),
  RedriveCount: number(),
  RedriveDate: text(),
  RedriveStatus: oneOf("REDRIVABLE", "NOT_REDRIVABLE", "REDRIVABLE_BY_MAP_RUN"),
  RedriveStatusReason: payload,
};
const describedRequired = ["ExecutionArn", "StateMachineArn", "Status", "StartDate"];
const describeExecution = fields({ ...described, Input: payload, Output: payload }, describedRequired);

export const stepFunctions: Record<string, Shape> = {
  "states:startExecution": startExecution,
  "states:startExecution.sync": describeExecution,
  // The child's input and output are values here, not text.
  "states:startExecution.sync:2": fields(
    { ...described, Input: anything, Output: anything },
    describedRequired,
  ),
  "states:describeExecution": describeExecution,
  "states:startSyncExecution": fields(
    {
      ...execution,
      Status: oneOf("SUCCEEDED", "FAILED", "TIMED_OUT"),
      Input: payload,
      Output: payload,
      BillingDetails: fields({
        BilledMemoryUsedInMB: number({ min: 0 }),
        BilledDurationInMilliseconds: number({ min: 0 }),
      }),
    },
    ["ExecutionArn", "StartDate", "StopDate", "Status"],
  ),
  "states:stopExecution": fields({ StopDate: text() }, ["StopDate"]),
};
