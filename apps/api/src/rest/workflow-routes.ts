import { prioritySchema } from "@longhaul/kit";
import { z } from "zod";
import { storable } from "../routers/storable.js";
import { route, type Route } from "./route.js";
import { startByName } from "./start.js";

const tag = "Workflows";

const cardSchema = z
  .object({
    name: z.string().meta({ examples: ["data-import"] }),
    title: z.string(),
    description: z.string(),
    stages: z.array(z.object({ key: z.string(), label: z.string(), weight: z.number() })),
  })
  .meta({ id: "Workflow", title: "Workflow" });

const nameSchema = z.object({ name: storable(63).meta({ examples: ["data-import"] }) });

/** What a start may say beside the input. */
export const startOptionsShape = {
  idempotencyKey: storable(200)
    .min(1)
    .optional()
    .meta({ description: "A second start with the same key and input gives the first one's job." }),
  priority: prioritySchema.optional().meta({ description: "Where the workflow leaves the choice to you." }),
  tags: z.array(storable(50)).max(10).optional(),
  notBefore: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: "It does not begin before this time." }),
};

const startedSchema = z
  .object({
    jobId: z.uuid(),
    created: z.boolean().meta({ description: "False when the idempotency key had started this job before." }),
  })
  .meta({ id: "Started", title: "Started" });

export const startAnswer = {
  status: 202,
  description: "The job is stored, and so cannot be lost any more.",
  schema: startedSchema,
} as const;

export const workflowRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/catalogue",
    operationId: "listWorkflows",
    tag,
    summary: "What can be started here",
    answer: {
      status: 200,
      description: "The workflows.",
      schema: z.object({ workflows: z.array(cardSchema) }),
    },
    async handle({ api }) {
      return { workflows: await api.workflows.list() };
    },
  }),

  route({
    method: "get",
    path: "/api/catalogue/{name}",
    operationId: "getWorkflow",
    tag,
    summary: "One workflow, with the JSON Schema of its input",
    params: nameSchema,
    answer: {
      status: 200,
      description: "The workflow.",
      schema: cardSchema
        .extend({ inputSchema: z.record(z.string(), z.unknown()) })
        .meta({ id: "WorkflowDetails" }),
    },
    refusals: [404],
    async handle({ api, params }) {
      const { name, title, description, stages, inputSchema } = await api.workflows.get({
        workflow: params.name,
      });
      return { name, title, description, stages, inputSchema };
    },
  }),

  route({
    method: "post",
    path: "/api/workflows/{name}/runs",
    operationId: "startRun",
    tag,
    summary: "Start a job of any workflow",
    description:
      "Each workflow's own input is shown with its path below. A field for a file takes the id of a file that was " +
      "uploaded before (`POST /api/files`).",
    params: nameSchema,
    body: z.object({ input: z.unknown(), ...startOptionsShape }),
    answer: startAnswer,
    refusals: [404, 409, 413],
    async handle({ api, params, body: { input, ...options } }) {
      const { runId, created } = await startByName(api, params.name, input, options);
      return { jobId: runId, created };
    },
  }),
];
