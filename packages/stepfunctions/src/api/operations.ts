import type { Operation } from "./context.js";
import { validateStateMachineDefinition } from "./definition.js";
import {
  describeExecution,
  describeStateMachineForExecution,
  listExecutions,
  startExecution,
  startSyncExecution,
  stopExecution,
} from "./executions.js";
import { getExecutionHistory } from "./history.js";
import {
  createStateMachine,
  deleteStateMachine,
  describeStateMachine,
  listStateMachines,
  updateStateMachine,
} from "./machines.js";
import { listTagsForResource, tagResource, untagResource } from "./tags.js";
import {
  deleteStateMachineVersion,
  listStateMachineVersions,
  publishStateMachineVersion,
} from "./versions.js";

/** The operations that there are, by AWS's name. */
export const operations = new Map<string, Operation>([
  ["CreateStateMachine", createStateMachine],
  ["DeleteStateMachine", deleteStateMachine],
  ["DeleteStateMachineVersion", deleteStateMachineVersion],
  ["DescribeExecution", describeExecution],
  ["DescribeStateMachine", describeStateMachine],
  ["DescribeStateMachineForExecution", describeStateMachineForExecution],
  ["GetExecutionHistory", getExecutionHistory],
  ["ListExecutions", listExecutions],
  ["ListStateMachineVersions", listStateMachineVersions],
  ["ListStateMachines", listStateMachines],
  ["ListTagsForResource", listTagsForResource],
  ["PublishStateMachineVersion", publishStateMachineVersion],
  ["StartExecution", startExecution],
  ["StartSyncExecution", startSyncExecution],
  ["StopExecution", stopExecution],
  ["TagResource", tagResource],
  ["UntagResource", untagResource],
  ["UpdateStateMachine", updateStateMachine],
  ["ValidateStateMachineDefinition", validateStateMachineDefinition],
]);
