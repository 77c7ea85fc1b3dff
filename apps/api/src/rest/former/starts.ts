import { executionArnOf } from "@longhaul/runs";
import { z } from "zod";
import type { Caller } from "../../caller.js";
import { RestError } from "../errors.js";
import { route, type Route } from "../route.js";
import { isWorkflow, startByName } from "../start.js";

/** Of paths whose workflow this deployment does not have. */
function refuseMissing(workflow: string): void {
  if (isWorkflow(workflow)) return;
  throw new RestError(501, "WORKFLOW_NOT_INSTALLED", `There is no workflow "${workflow}" here.`);
}

const jobSchema = z.object({ job_id: z.uuid() }).meta({ id: "JobStarted", title: "A job has begun" });

type Start = (api: Caller, body: Record<string, unknown>) => Promise<{ runId: string }>;

/** `job_id` is the one that /api/jobs/{jobId}/status knows. */
function createRoute(
  path: string,
  workflow: string,
  summary: string,
  start: Start = (api, body) => startByName(api, workflow, body),
): Route {
  return route({
    method: "post",
    path,
    operationId: `former${workflow.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Create`,
    tag: "Former paths: digital twins",
    summary,
    description: `The body is the input of the workflow \`${workflow}\`.`,
    body: z.record(z.string(), z.unknown()),
    answer: { status: 202, description: "The job.", schema: jobSchema },
    refusals: [404, 409, 413, 501],
    async handle({ api, body }) {
      refuseMissing(workflow);
      const { runId } = await start(api, body);
      return { job_id: runId };
    },
  });
}

const taskTypes = ["simulation", "panel", "discussion"] as const;

export const formerStarts: Route[] = [
  // A twin has a row of its own, which comes with its run.
  createRoute("/api/digital-twins/create", "digital-twin", "Train a digital twin", (api, body) =>
    api.twins.train({ input: body as { name: string } }),
  ),
  createRoute("/api/campaigns/create", "campaign", "Plan a campaign"),

  route({
    method: "post",
    path: "/api/tasks",
    operationId: "formerCreateTask",
    tag: "Former paths: task queue",
    summary: "Put a task for agents into the queue",
    body: z.object({
      type: z.enum(taskTypes),
      config: z
        .looseObject({ agents: z.array(z.unknown()), topic: z.string() })
        .meta({ description: "The input of the workflow that `type` names." }),
    }),
    answer: {
      status: 202,
      description: "The task; /api/jobs/{jobId}/status knows it by the same id.",
      schema: z
        .object({ task_id: z.uuid(), status: z.literal("queued") })
        .meta({ id: "TaskStarted", title: "A task is queued" }),
    },
    refusals: [404, 409, 413, 501],
    async handle({ api, body: { type, config } }) {
      refuseMissing(type);
      const { runId } = await startByName(api, type, config);
      return { task_id: runId, status: "queued" as const };
    },
  }),

  route({
    method: "post",
    path: "/process",
    operationId: "formerProcess",
    tag: "Former paths: data processing lab",
    summary: "Import a file",
    description:
      "The body is the input of the workflow `data-import`. The header x-correlation-id, where it is sent, is kept.",
    body: z.record(z.string(), z.unknown()),
    answer: {
      status: 202,
      description:
        "The ARN of the execution as it will be called: the run is queued first, and is sent when its turn has come.",
      schema: z
        .object({ executionArn: z.string(), correlationId: z.string() })
        .meta({ id: "ExecutionStarted", title: "An execution is to start" }),
    },
    refusals: [404, 409, 413],
    async handle({ api, services, correlationId, body }) {
      const workflow = "data-import";
      const { runId } = await startByName(api, workflow, body);
      const { [workflow]: machineArn = "" } = services.runs.stateMachines;
      // A new run, without an idempotency key: its attempt is the first.
      return { executionArn: executionArnOf(machineArn, `${runId}-1`), correlationId };
    },
  }),
];
