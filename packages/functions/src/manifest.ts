import { houseFunctions } from "@longhaul/kit";
import { listProblems, type Machine, stateMachineName, stepFunctionName } from "@longhaul/kit/machine";
import type { Step } from "@longhaul/kit/step";
import { contracts } from "@longhaul/workflows/contracts";
import { handlers } from "@longhaul/workflows/handlers";
import { machines } from "@longhaul/workflows/machines";
import { consumerTimeoutSeconds, deadLetterConsumer, runConsumer } from "./queues.js";
import type { FunctionSpec, RuleSpec, StateMachineSpec } from "./specs.js";

export { stepFunctionName };
export { trainingImages } from "@longhaul/workflows/training-images";
export { deadLetterConsumer, eventSources, queues, runsTopic, topics } from "./queues.js";
export type {
  EventPattern,
  EventSourceSpec,
  FunctionSpec,
  QueueSpec,
  RuleSpec,
  StateMachineSpec,
  TopicSpec,
} from "./specs.js";

/** The entry of a function as the build leaves it, wherever this file is read from (src or dist). */
function entry(file: string): URL {
  return new URL(`../dist/${file}`, import.meta.url);
}

/** Of functions that wait for others most of their time, and whose statements are the better for being many. */
const manyAtATime = 64;

/** Long enough for a full pass of the reconciler over 100 stale runs. */
const housekeeping = {
  environment: {},
  memoryMb: 256,
  timeoutSeconds: 60,
  databaseRole: "dispatcher",
  permissions: [],
  managesRuns: true,
  host: null,
} as const;

const answering = { ...housekeeping, concurrency: manyAtATime };
/** One at a time. */
const sweeping = { ...housekeeping, concurrency: 1, reservedConcurrency: 1 };
const consumer = { ...answering, timeoutSeconds: consumerTimeoutSeconds };

const {
  statusChanged,
  reconciler,
  approvals,
  compensations,
  retention,
  scheduleFired,
  webhooks,
  invitations,
} = houseFunctions;
// A run would find it out, at its first step that nobody does.
const problems = listProblems({ contracts, machines, handlers });
if (problems.length > 0) throw new Error(problems.join("\n"));
const allMachines: readonly Machine[] = Object.values(machines);

function stepFunction(workflow: string, step: Step): FunctionSpec {
  return {
    name: stepFunctionName(workflow, step.name),
    entry: entry("step.js"),
    environment: { LONGHAUL_STEP: `${workflow}/${step.name}` },
    memoryMb: step.memoryMb,
    timeoutSeconds: step.timeoutSeconds,
    databaseRole: "worker",
    permissions: step.permissions,
    managesRuns: false,
    concurrency: step.exclusive ? 1 : manyAtATime,
    // Steps that meet in one process write their leases and checkpoints together.
    host: step.exclusive ? null : "longhaul-steps",
    reservedConcurrency: null,
  };
}

/** The functions of a workflow: one for each step that its machine calls, or that an earlier version of it calls. */
export function functionsOf({ name, steps, retired }: Machine): FunctionSpec[] {
  return [...steps, ...retired].map((step) => stepFunction(name, step));
}

/** Every function of the product. */
export const functions: readonly FunctionSpec[] = [
  ...allMachines.flatMap(functionsOf),
  { ...answering, name: statusChanged, entry: entry("status-changed.js"), reservedConcurrency: 2 },
  { ...answering, name: approvals, entry: entry("approvals.js"), reservedConcurrency: null },
  { ...answering, name: compensations, entry: entry("compensations.js"), reservedConcurrency: null },
  { ...answering, name: scheduleFired, entry: entry("schedule-fired.js"), reservedConcurrency: null },
  { ...sweeping, name: reconciler, entry: entry("reconciler.js") },
  { ...sweeping, name: retention, entry: entry("retention.js"), permissions: ["storage"] },
  // Their secrets are sealed by the keys of the connections.
  { ...sweeping, name: webhooks, entry: entry("webhooks.js"), permissions: ["connections"] },
  {
    ...{ ...sweeping, name: invitations, entry: entry("invitations.js") },
    ...{ permissions: ["email"], managesRuns: false },
  },
  { ...consumer, name: runConsumer, entry: entry("run-consumer.js"), reservedConcurrency: 4 },
  { ...consumer, name: deadLetterConsumer, entry: entry("dead-letters.js"), reservedConcurrency: null },
];

/**
 * Stands before the API where API Gateway does, and decides whom it lets through. Nothing of ours calls it: the local cloud
 * has no gateway, for the API asks the same of every request by itself. It has the function, to be invoked by hand.
 */
export const authorizer: FunctionSpec = {
  name: "longhaul-authorizer",
  entry: entry("authorizer.js"),
  environment: {},
  memoryMb: 256,
  timeoutSeconds: 10,
  databaseRole: null,
  permissions: [],
  managesRuns: false,
  concurrency: 1,
  host: null,
  reservedConcurrency: null,
};

/** The group of EventBridge Scheduler that our schedules are in, and the function that they call. */
export const schedules = { group: "longhaul", target: scheduleFired } as const;

/** The function that sends webhooks' messages; whoever may have stored some starts it. */
export const webhookSender = webhooks;

/** The function that mails invitations; whoever has made one starts it. */
export const invitationSender = invitations;

/** The function that deletes old versions of state machines. */
export const versionPruner = retention;

/** What starts functions besides state machines. */
export const rules: readonly RuleSpec[] = [
  {
    name: statusChanged,
    description: "The end of an execution closes its run.",
    target: statusChanged,
    pattern: {
      source: ["aws.states"],
      "detail-type": ["Step Functions Execution Status Change"],
      detail: { status: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] },
    },
  },
  {
    name: reconciler,
    description: "Finds runs that nobody sent and ends that nobody announced.",
    target: reconciler,
    everySeconds: 60,
    mends: true,
  },
  {
    name: retention,
    description: "Deletes runs and files whose time has come, and old versions of machines.",
    target: retention,
    everySeconds: 600,
  },
  {
    name: webhooks,
    description: "Sends messages of webhooks whose next try is due.",
    target: webhooks,
    everySeconds: 60,
  },
  {
    name: invitations,
    description: "Mails invitations whose next try is due.",
    target: invitations,
    everySeconds: 60,
  },
];

type Definition = Pick<Machine, "hash" | "definition">;

function stateMachine(
  workflow: string,
  key: string,
  { hash, definition }: Definition,
  retired: readonly Step[] = [],
): StateMachineSpec {
  return {
    workflow: key,
    name: stateMachineName(key),
    hash,
    retired: retired.map(({ name }) => stepFunctionName(workflow, name)),
    definition: (arnOf) =>
      JSON.stringify(
        definition((step) => arnOf(stepFunctionName(workflow, step))),
        null,
        2,
      ),
  };
}

/** The state machines of a workflow: its own and, where there are compensations, the one that undoes it. */
export function stateMachinesOf(machine: Machine): StateMachineSpec[] {
  const { name, retired, undo } = machine;
  // The undo machine's text has its retired compensations.
  const left = retired.filter((step) => !undo?.retired.includes(step));
  return [
    stateMachine(name, name, machine, left),
    ...(undo ? [stateMachine(name, `${name}-undo`, undo)] : []),
  ];
}

/** Every state machine of the product. */
export const stateMachines: readonly StateMachineSpec[] = allMachines.flatMap(stateMachinesOf);
