import { z } from "zod";
import { queryTemplatesRouter } from "../../routers/query-templates.js";
import { sqlWorkflowsRouter } from "../../routers/sql-workflows.js";
import { storable } from "../../routers/storable.js";
import { route, type Route } from "../route.js";

const tag = "Former paths: query manager";

/** What a procedure takes: its own parser, so that there is no second one to keep alike. */
function inputOf(procedure: { _def: { inputs: unknown[] } }): z.ZodObject {
  return procedure._def.inputs[0] as z.ZodObject;
}

const time = z.iso.datetime();
const author = z.object({ id: z.uuid(), name: z.string() }).nullable();
const change = z.object({ id: z.uuid() });
const versioned = change.extend({ version: z.int() });

const queryCardSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    instanceId: z.uuid().nullable(),
    instanceName: z.string().nullable(),
    createdBy: author,
    createdAt: time,
    updatedAt: time,
    version: z.int(),
    lastRun: z.object({ id: z.uuid(), status: z.string(), createdAt: time }).nullable(),
  })
  .meta({ id: "SqlWorkflowCard", title: "SQL workflow in a list" });

const querySchema = queryCardSchema
  .extend({
    sql: z.string(),
    parameterSchema: z.json(),
    savedValues: z.record(z.string(), z.json()),
    timeWindow: z.object({ start: z.string(), end: z.string() }).nullable(),
    templateId: z.uuid().nullable(),
  })
  .meta({ id: "SqlWorkflow", title: "SQL workflow" });

const templateSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    category: z.string(),
    sql: z.string(),
    parameterSchema: z.json(),
    visibility: z.enum(["private", "public"]),
    usageCount: z.int(),
    forkedFrom: z.uuid().nullable(),
    owner: z.enum(["own", "other", "house"]),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "QueryTemplate", title: "Query template" });

const limit = z.coerce
  .number<string>()
  .pipe(z.int().min(1).max(100))
  .optional()
  .meta({ type: "integer", minimum: 1, maximum: 100 });
const pageQuery = z.object({
  search: storable(200).optional(),
  limit,
  cursor: z.string().max(200).optional(),
});
const idSchema = z.object({ id: z.uuid("This is not the id of one.") });
const nextCursor = z.string().nullable();

const queries: Route[] = [
  route({
    method: "get",
    path: "/api/workflows",
    operationId: "formerListSqlWorkflows",
    tag,
    summary: "SQL workflows, the last changed first",
    description: "The query manager's: what can be started of every kind is at /api/catalogue.",
    query: pageQuery,
    answer: {
      status: 200,
      description: "A page of them.",
      schema: z.object({ workflows: z.array(queryCardSchema), nextCursor }),
    },
    async handle({ api, query }) {
      const page = await api.sqlWorkflows.list(query);
      return { workflows: page.sqlWorkflows, nextCursor: page.nextCursor };
    },
  }),
  route({
    method: "post",
    path: "/api/workflows",
    operationId: "formerCreateSqlWorkflow",
    tag,
    summary: "Keep a SQL workflow",
    body: inputOf(sqlWorkflowsRouter.create),
    answer: { status: 201, description: "It is kept.", schema: versioned },
    handle: ({ api, body }) => api.sqlWorkflows.create(body as never),
  }),
  route({
    method: "get",
    path: "/api/workflows/{id}",
    operationId: "formerGetSqlWorkflow",
    tag,
    summary: "One SQL workflow",
    params: idSchema,
    answer: { status: 200, description: "The SQL workflow.", schema: querySchema },
    refusals: [404],
    handle: async ({ api, params }) => api.sqlWorkflows.get(params),
  }),
  route({
    method: "put",
    path: "/api/workflows/{id}",
    operationId: "formerUpdateSqlWorkflow",
    tag,
    summary: "Change a SQL workflow",
    description:
      "What is left out stays. With the `version` that was read, a later change is not overwritten: that is a 409.",
    params: idSchema,
    body: inputOf(sqlWorkflowsRouter.update).omit({ id: true }).partial({ version: true }),
    answer: { status: 200, description: "It is changed.", schema: versioned },
    refusals: [404, 409],
    async handle({ api, params, body }) {
      const { version } =
        body["version"] === undefined ? await api.sqlWorkflows.get(params) : (body as { version: number });
      return api.sqlWorkflows.update({ ...body, ...params, version });
    },
  }),
  route({
    method: "delete",
    path: "/api/workflows/{id}",
    operationId: "formerDeleteSqlWorkflow",
    tag,
    summary: "Delete a SQL workflow",
    description: "Its runs and their results stay.",
    params: idSchema,
    answer: { status: 200, description: "It is gone.", schema: change },
    refusals: [404],
    handle: ({ api, params }) => api.sqlWorkflows.delete(params),
  }),
];

const templates: Route[] = [
  route({
    method: "get",
    path: "/api/query-templates",
    operationId: "formerListQueryTemplates",
    tag,
    summary: "Templates of queries, the most used first",
    query: pageQuery.extend({ category: storable(60).optional() }),
    answer: {
      status: 200,
      description: "A page of them.",
      schema: z.object({ templates: z.array(templateSchema), nextCursor }),
    },
    handle: ({ api, query }) => api.queryTemplates.list(query as never),
  }),
  route({
    method: "post",
    path: "/api/query-templates",
    operationId: "formerCreateQueryTemplate",
    tag,
    summary: "Keep a template",
    body: inputOf(queryTemplatesRouter.create),
    answer: { status: 201, description: "It is kept.", schema: change },
    handle: ({ api, body }) => api.queryTemplates.create(body as never),
  }),
  route({
    method: "get",
    path: "/api/query-templates/{id}",
    operationId: "formerGetQueryTemplate",
    tag,
    summary: "One template",
    params: idSchema,
    answer: { status: 200, description: "The template.", schema: templateSchema },
    refusals: [404],
    handle: async ({ api, params }) => api.queryTemplates.get(params),
  }),
  route({
    method: "put",
    path: "/api/query-templates/{id}",
    operationId: "formerUpdateQueryTemplate",
    tag,
    summary: "Change a template",
    description: "What is left out stays.",
    params: idSchema,
    body: inputOf(queryTemplatesRouter.update).omit({ id: true }),
    answer: { status: 200, description: "It is changed.", schema: change },
    refusals: [404],
    handle: ({ api, params, body }) => api.queryTemplates.update({ ...body, ...params }),
  }),
  route({
    method: "delete",
    path: "/api/query-templates/{id}",
    operationId: "formerDeleteQueryTemplate",
    tag,
    summary: "Delete a template",
    params: idSchema,
    answer: { status: 200, description: "It is gone.", schema: change },
    refusals: [404],
    handle: ({ api, params }) => api.queryTemplates.delete(params),
  }),
];

export const queryRoutes: Route[] = [...queries, ...templates];
