import {
  createActivity,
  deleteActivity,
  describeActivity,
  getActivityTask,
  listActivities,
} from "./activities.js";
import type { Operation } from "./context.js";
import { validateStateMachineDefinition } from "./definition.js";
import { describeExecution, describeStateMachineForExecution, stopExecution } from "./executions.js";
import { getExecutionHistory } from "./history.js";
import { listExecutions } from "./list-executions.js";
import {
  createStateMachine,
  deleteStateMachine,
  describeStateMachine,
  listStateMachines,
  updateStateMachine,
} from "./machines.js";
import { startExecution, startSyncExecution } from "./start.js";
import { listTagsForResource, tagResource, untagResource } from "./tags.js";
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from "./task-tokens.js";
import {
  deleteStateMachineVersion,
  listStateMachineVersions,
  publishStateMachineVersion,
} from "./versions.js";

/** The operations that there are, by AWS's name. */
export const operations = new Map<string, Operation>([
  ["CreateActivity", createActivity],
  ["CreateStateMachine", createStateMachine],
  ["DeleteActivity", deleteActivity],
  ["DeleteStateMachine", deleteStateMachine],
  ["DeleteStateMachineVersion", deleteStateMachineVersion],
  ["DescribeActivity", describeActivity],
  ["DescribeExecution", describeExecution],
  ["DescribeStateMachine", describeStateMachine],
  ["DescribeStateMachineForExecution", describeStateMachineForExecution],
  ["GetActivityTask", getActivityTask],
  ["GetExecutionHistory", getExecutionHistory],
  ["ListActivities", listActivities],
  ["ListExecutions", listExecutions],
  ["ListStateMachineVersions", listStateMachineVersions],
  ["ListStateMachines", listStateMachines],
  ["ListTagsForResource", listTagsForResource],
  ["PublishStateMachineVersion", publishStateMachineVersion],
  ["SendTaskFailure", sendTaskFailure],
  ["SendTaskHeartbeat", sendTaskHeartbeat],
  ["SendTaskSuccess", sendTaskSuccess],
  ["StartExecution", startExecution],
  ["StartSyncExecution", startSyncExecution],
  ["StopExecution", stopExecution],
  ["TagResource", tagResource],
  ["UntagResource", untagResource],
  ["UpdateStateMachine", updateStateMachine],
  ["ValidateStateMachineDefinition", validateStateMachineDefinition],
]);
