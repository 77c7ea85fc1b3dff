import { asCaller, type QueryTemplate, queryTemplates } from "@longhaul/db";
import {
  checkTemplate,
  maxSqlLength,
  type Parameters,
  parametersSchema,
  parameterValuesSchema,
  type Rendered,
  renderTemplate,
  templateCategories,
} from "@longhaul/workflows/contracts";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { operatorProcedure, orgProcedure } from "../trpc.js";
import { storable } from "./storable.js";

const categorySchema = z.enum(templateCategories);

const idSchema = z.object({ id: z.uuid("This is not the id of a template.") });
const textSchema = z.object({
  sql: storable(maxSqlLength).refine((sql) => sql.trim() !== "", "Write a query."),
  parameterSchema: parametersSchema,
});
const fieldsSchema = textSchema.extend({
  name: storable(120).trim().min(1, "Give the template a name."),
  description: storable(2_000).trim(),
  category: categorySchema,
  visibility: z.enum(["private", "public"]),
});
const createSchema = fieldsSchema
  .partial({ description: true, visibility: true, parameterSchema: true })
  .extend({ category: categorySchema.default("other") });
const updateSchema = fieldsSchema.partial().extend(idSchema.shape);
const cursorSchema = z.tuple([z.int32().min(0), z.uuid()]);
const listSchema = z.object({
  /** Words, or their beginnings, of name, category and description. */
  search: storable(200).optional(),
  category: categorySchema.optional(),
  /** Only the organisation's own. */
  own: z.boolean().default(false),
  limit: z.int().min(1).max(100).default(24),
  cursor: z.string().max(200).nullish(),
});

/** The most used first; `nextCursor` asks for the page after this one, null on the last. */
export interface QueryTemplatePage {
  templates: QueryTemplate[];
  nextCursor: string | null;
}

export const queryTemplatesRouter = {
  /** The organisation's own, and those that are public. */
  list: orgProcedure.input(listSchema).query(({ ctx, input }): Promise<QueryTemplatePage> => {
    const { caller, services } = ctx;
    const { cursor, ...filter } = input;
    const before = cursor ? positionOf(cursor) : undefined;
    return asCaller(services.db, caller, async (tx) => {
      const params = { organisationId: caller.organisationId, ...filter, before };
      const { templates, next } = await queryTemplates.list(tx, params);
      const nextCursor = next && JSON.stringify([next.usageCount, next.id]);
      return { templates, nextCursor };
    });
  }),

  get: orgProcedure.input(idSchema).query(async ({ ctx, input }): Promise<QueryTemplate> => {
    const { caller, services } = ctx;
    const found = await asCaller(services.db, caller, (tx) =>
      queryTemplates.get(tx, { organisationId: caller.organisationId, ...input }),
    );
    if (!found) throw new ApiError("QUERY_TEMPLATE_NOT_FOUND");
    return found;
  }),

  /** A template is for others to begin from: one that cannot be rendered is refused. */
  create: operatorProcedure.input(createSchema).mutation(({ ctx, input }): Promise<{ id: string }> => {
    const { caller, services } = ctx;
    refuseBroken(input.sql, input.parameterSchema ?? []);
    return asCaller(services.db, caller, (tx) =>
      queryTemplates.create(tx, { organisationId: caller.organisationId, ...input }),
    );
  }),

  /** Changes what is given of the organisation's own; what is public is changed by an admin. */
  update: operatorProcedure.input(updateSchema).mutation(({ ctx, input }): Promise<{ id: string }> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    return asCaller(services.db, caller, async (tx) => {
      const now = await queryTemplates.get(tx, { organisationId, id: input.id });
      if (now && (input.sql !== undefined || input.parameterSchema !== undefined)) {
        const parameters = input.parameterSchema ?? parametersSchema.parse(now.parameterSchema);
        refuseBroken(input.sql ?? now.sql, parameters);
      }
      return queryTemplates.update(tx, { organisationId, ...input });
    });
  }),

  delete: operatorProcedure.input(idSchema).mutation(async ({ ctx, input }): Promise<{ id: string }> => {
    const { caller, services } = ctx;
    await asCaller(services.db, caller, (tx) =>
      queryTemplates.remove(tx, { organisationId: caller.organisationId, ...input }),
    );
    return { id: input.id };
  }),

  /** A private copy of one's own, which may be changed. */
  fork: operatorProcedure.input(idSchema).mutation(({ ctx, input }): Promise<{ id: string }> => {
    const { caller, services } = ctx;
    return asCaller(services.db, caller, (tx) =>
      queryTemplates.fork(tx, { organisationId: caller.organisationId, ...input }),
    );
  }),

  /** Counts that a template was begun from, by who does so elsewhere than in `sqlWorkflows.create`. */
  use: operatorProcedure.input(idSchema).mutation(async ({ ctx, input }): Promise<{ id: string }> => {
    const { caller, services } = ctx;
    await asCaller(services.db, caller, (tx) =>
      queryTemplates.use(tx, { organisationId: caller.organisationId, ...input }),
    );
    return { id: input.id };
  }),

  /** The SQL that would be sent, or why there is none. */
  preview: orgProcedure
    .input(textSchema.extend({ values: parameterValuesSchema.default({}) }))
    .query(({ input }): Rendered => renderTemplate(input.sql, input.parameterSchema, input.values)),
} satisfies TRPCRouterRecord;

/** @throws ApiError INPUT_INVALID */
function refuseBroken(sql: string, parameters: Parameters): void {
  const issues = checkTemplate(sql, parameters).map(({ message, place }) => ({
    path: place ? ["sql", place.line, place.column] : ["sql"],
    message,
  }));
  if (issues[0]) throw new ApiError("INPUT_INVALID", { message: issues[0].message, issues });
}

function positionOf(cursor: string): { usageCount: number; id: string } {
  try {
    const [usageCount, id] = cursorSchema.parse(JSON.parse(cursor));
    return { usageCount, id };
  } catch {
    const message = "This is not where a page ended.";
    throw new ApiError("INPUT_INVALID", { message, issues: [{ path: ["cursor"], message }] });
  }
}
