import {
  createActivity,
  deleteActivity,
  describeActivity,
  getActivityTask,
  listActivities,
} from "./activities.js";
import {
  createStateMachineAlias,
  deleteStateMachineAlias,
  describeStateMachineAlias,
  listStateMachineAliases,
  updateStateMachineAlias,
} from "./aliases.js";
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
import { describeMapRun, listMapRuns, updateMapRun } from "./map-runs.js";
import { redriveExecution } from "./redrive.js";
import { testState } from "./test-state/test-state.js";
import {
  deleteStateMachineVersion,
  listStateMachineVersions,
  publishStateMachineVersion,
} from "./versions.js";

/** The operations that there are, by AWS's name. */
export const operations = new Map<string, Operation>([
  ["CreateActivity", createActivity],
  ["CreateStateMachine", createStateMachine],
  ["CreateStateMachineAlias", createStateMachineAlias],
  ["DeleteActivity", deleteActivity],
  ["DeleteStateMachine", deleteStateMachine],
  ["DeleteStateMachineAlias", deleteStateMachineAlias],
  ["DeleteStateMachineVersion", deleteStateMachineVersion],
  ["DescribeActivity", describeActivity],
  ["DescribeExecution", describeExecution],
  ["DescribeMapRun", describeMapRun],
  ["DescribeStateMachine", describeStateMachine],
  ["DescribeStateMachineAlias", describeStateMachineAlias],
  ["DescribeStateMachineForExecution", describeStateMachineForExecution],
  ["GetActivityTask", getActivityTask],
  ["GetExecutionHistory", getExecutionHistory],
  ["ListActivities", listActivities],
  ["ListExecutions", listExecutions],
  ["ListMapRuns", listMapRuns],
  ["ListStateMachineAliases", listStateMachineAliases],
  ["ListStateMachineVersions", listStateMachineVersions],
  ["ListStateMachines", listStateMachines],
  ["ListTagsForResource", listTagsForResource],
  ["PublishStateMachineVersion", publishStateMachineVersion],
  ["RedriveExecution", redriveExecution],
  ["SendTaskFailure", sendTaskFailure],
  ["SendTaskHeartbeat", sendTaskHeartbeat],
  ["SendTaskSuccess", sendTaskSuccess],
  ["StartExecution", startExecution],
  ["StartSyncExecution", startSyncExecution],
  ["StopExecution", stopExecution],
  ["TagResource", tagResource],
  ["TestState", testState],
  ["UntagResource", untagResource],
  ["UpdateMapRun", updateMapRun],
  ["UpdateStateMachine", updateStateMachine],
  ["UpdateStateMachineAlias", updateStateMachineAlias],
  ["ValidateStateMachineDefinition", validateStateMachineDefinition],
]);
