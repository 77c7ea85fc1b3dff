import { asCaller, type Execution, type SqlWorkflow, type SqlWorkflowCard, sqlWorkflows } from "@longhaul/db";
import { startRun } from "@longhaul/runs";
import {
  maxSqlLength,
  parametersSchema,
  parameterValuesSchema,
  renderTemplate,
  type TemplateProblem,
  timeWindowSchema,
} from "@longhaul/workflows/contracts";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { operatorProcedure, orgProcedure } from "../trpc.js";
import { cursorSchema, decodeCursor, encodeCursor } from "./page.js";
import { narrowingSchema } from "./run-filter.js";
import { storable } from "./storable.js";
import type { Started } from "./workflows.js";

const idSchema = z.object({ id: z.uuid("This is not the id of a query.") });
const fieldsSchema = z.object({
  name: storable(120).trim().min(1, "Give the query a name."),
  description: storable(2_000).trim(),
  instanceId: z.uuid("This is not the id of an instance.").nullable(),
  sql: storable(maxSqlLength).refine((sql) => sql.trim() !== "", "Write a query."),
  parameterSchema: parametersSchema,
  savedValues: parameterValuesSchema,
  timeWindow: timeWindowSchema.nullable(),
});
const createSchema = fieldsSchema.partial().extend({
  name: fieldsSchema.shape.name,
  sql: fieldsSchema.shape.sql,
  /** What it is begun from; its use is counted. */
  templateId: z.uuid("This is not the id of a template.").optional(),
});
const updateSchema = fieldsSchema.partial().extend({
  ...idSchema.shape,
  /** The one that was read: a later one is not overwritten. */
  version: z.int32().min(1),
});
const runSchema = idSchema.extend({
  /** Default: those that are saved. */
  values: parameterValuesSchema.optional(),
  timeWindow: timeWindowSchema.optional(),
  /** A second start with the same key and input gives the first one's run. */
  idempotencyKey: storable(200).min(1).optional(),
});
const pageSchema = z.object({ limit: z.int().min(1).max(100).default(50), cursor: cursorSchema });

/** A page of a list; `nextCursor` asks for the page after it, null on the last. */
export interface SqlWorkflowPage {
  sqlWorkflows: SqlWorkflowCard[];
  nextCursor: string | null;
}

export interface ExecutionPage {
  executions: Execution[];
  nextCursor: string | null;
}

export const sqlWorkflowsRouter = {
  /** The last changed first. */
  list: orgProcedure
    .input(pageSchema.extend({ search: storable(200).optional() }))
    .query(({ ctx, input }): Promise<SqlWorkflowPage> => {
      const { caller, services } = ctx;
      const { cursor, ...rest } = input;
      const before = cursor ? decodeCursor(cursor) : undefined;
      return asCaller(services.db, caller, async (tx) => {
        const page = await sqlWorkflows.list(tx, { organisationId: caller.organisationId, ...rest, before });
        return { sqlWorkflows: page.sqlWorkflows, nextCursor: page.next && encodeCursor(page.next) };
      });
    }),

  get: orgProcedure.input(idSchema).query(async ({ ctx, input }): Promise<SqlWorkflow> => {
    const { caller, services } = ctx;
    const found = await asCaller(services.db, caller, (tx) =>
      sqlWorkflows.get(tx, { organisationId: caller.organisationId, ...input }),
    );
    if (!found) throw new ApiError("SQL_WORKFLOW_NOT_FOUND");
    return found;
  }),

  /** Keeps a query. Its SQL may be unfinished: only running it asks for more. */
  create: operatorProcedure
    .input(createSchema)
    .mutation(({ ctx, input }): Promise<{ id: string; version: number }> => {
      const { caller, services } = ctx;
      return asCaller(services.db, caller, (tx) =>
        sqlWorkflows.create(tx, { organisationId: caller.organisationId, ...input }),
      );
    }),

  /** Changes what is given, if nobody has changed the query since. */
  update: operatorProcedure
    .input(updateSchema)
    .mutation(({ ctx, input }): Promise<{ id: string; version: number }> => {
      const { caller, services } = ctx;
      return asCaller(services.db, caller, (tx) =>
        sqlWorkflows.update(tx, { organisationId: caller.organisationId, ...input }),
      );
    }),

  /** Keeps how the form was left, for everybody's next time. */
  saveValues: operatorProcedure
    .input(idSchema.extend(fieldsSchema.pick({ savedValues: true, timeWindow: true }).shape))
    .mutation(async ({ ctx, input }): Promise<{ id: string }> => {
      const { caller, services } = ctx;
      await asCaller(services.db, caller, (tx) =>
        sqlWorkflows.saveValues(tx, { organisationId: caller.organisationId, ...input }),
      );
      return { id: input.id };
    }),

  /** Its runs and their results stay. */
  delete: operatorProcedure.input(idSchema).mutation(async ({ ctx, input }): Promise<{ id: string }> => {
    const { caller, services } = ctx;
    await asCaller(services.db, caller, (tx) =>
      sqlWorkflows.remove(tx, { organisationId: caller.organisationId, ...input }),
    );
    return { id: input.id };
  }),

  /** Starts a query-run of what is saved, once its values fit. */
  run: operatorProcedure.input(runSchema).mutation(async ({ ctx, input }): Promise<Started> => {
    const { caller, services, correlationId } = ctx;
    const { organisationId } = caller;
    const query = await asCaller(services.db, caller, (tx) =>
      sqlWorkflows.get(tx, { organisationId, id: input.id }),
    );
    if (!query) throw new ApiError("SQL_WORKFLOW_NOT_FOUND");
    const started = await startRun(services.runs, caller, {
      workflow: "query-run",
      input: runInput(query, input),
      idempotencyKey: input.idempotencyKey ?? null,
      correlationId,
      capabilities: services.capabilities,
    });
    ctx.log.info({ runId: started.runId, created: started.created }, "a query was started");
    return started;
  }),

  /** Its runs, the newest first, with AMC's own id of each. */
  executions: orgProcedure
    .input(pageSchema.extend({ ...idSchema.shape, statuses: narrowingSchema.shape.statuses }))
    .query(({ ctx, input }): Promise<ExecutionPage> => {
      const { caller, services } = ctx;
      const { cursor, ...rest } = input;
      const before = cursor ? decodeCursor(cursor) : undefined;
      return asCaller(services.db, caller, async (tx) => {
        const params = { organisationId: caller.organisationId, ...rest, before };
        const page = await sqlWorkflows.executions(tx, params);
        return { executions: page.executions, nextCursor: page.next && encodeCursor(page.next) };
      });
    }),
} satisfies TRPCRouterRecord;

/** The input of query-run. @throws ApiError INPUT_INVALID, with what of it does not fit */
function runInput(query: SqlWorkflow, given: z.output<typeof runSchema>) {
  const { instanceId, sql, name } = query;
  const timeWindow = given.timeWindow ?? query.timeWindow;
  if (instanceId === null) throw invalid("Choose the instance that is asked.", ["instanceId"]);
  if (timeWindow === null) throw invalid("Choose the time that is looked at.", ["timeWindow"]);
  const parameters = given.values ?? query.savedValues;
  const parameterSchema = parametersSchema.parse(query.parameterSchema);
  const rendered = renderTemplate(sql, parameterSchema, parameters);
  if (!rendered.ok) {
    const issues = rendered.problems.map((problem) => ({ path: pathOf(problem), message: problem.message }));
    throw new ApiError("INPUT_INVALID", { message: issues[0]?.message, issues });
  }
  return { name, instanceId, sql, timeWindow, parameterSchema, parameters, sqlWorkflowId: query.id };
}

function invalid(message: string, path: string[]): ApiError {
  return new ApiError("INPUT_INVALID", { message, issues: [{ path, message }] });
}

/** A value's problem belongs beside its field, one of the SQL to its line and column. */
function pathOf({ code, parameter, place }: TemplateProblem): (string | number)[] {
  if (parameter !== null && code.startsWith("VALUE_")) return ["values", parameter];
  return place ? ["sql", place.line, place.column] : ["sql"];
}
