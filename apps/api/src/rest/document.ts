import type { Capability, Contract } from "@longhaul/kit";
import { contracts } from "@longhaul/workflows/contracts";
import { z } from "zod";
import { describe as describeWorkflow, type JsonSchema } from "../routers/catalogue.js";
import { errorSchema } from "./errors.js";
import type { Route } from "./route.js";
import { startAnswer, startOptionsShape } from "./workflow-routes.js";

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = Record<string, unknown> & {
  openapi: "3.1.0";
  paths: Record<string, Record<string, unknown>>;
};

const sentences: Record<number, string> = {
  400: "The request cannot be read.",
  401: "There is no token, or it is not valid any more.",
  403: "Your role does not allow this.",
  404: "There is no such thing, or it is not yours.",
  409: "It is not in the state for this, or the key was used for something else.",
  413: "The body or the input is too large.",
  422: "Some of what was sent is not valid: `issues` says what.",
  429: "Too many requests: `Retry-After` says when to come back.",
  501: "This deployment has no such workflow.",
};

const intro = `Everything that Longhaul does over plain HTTP. A job is one run of a workflow: start it, ask for its status, or
be told by a webhook.

Send \`Authorization: Bearer <access token>\`: the token that Supabase Auth gives at sign-in. It says who you are and
which organisation is meant; no parameter does. Every answer carries \`x-correlation-id\`, which names the request in the
logs; send your own and it is kept.

Who writes TypeScript has a typed client in place of this.`;

/** The document of `routes`, with each workflow's own path and input. */
export function openApiDocument(
  routes: readonly Route[],
  capabilities: ReadonlySet<Capability>,
): OpenApiDocument {
  const components = new Components();
  const paths: OpenApiDocument["paths"] = {};
  const add = (path: string, method: string, operation: object) => {
    paths[path] = { ...paths[path], [method]: operation };
  };
  for (const route of routes) add(route.path, route.method, operationOf(route, components));
  for (const contract of Object.values<Contract>(contracts)) {
    add(`/api/workflows/${contract.name}/runs`, "post", startOf(contract, capabilities, components));
  }
  return {
    openapi: "3.1.0",
    info: { title: "Longhaul HTTP API", version: "1", description: intro },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { ...components.schemas, Error: components.inline(errorSchema, "output") },
    },
  };
}

/** JSON Schemas of zod's; those with an id stand once, and are referred to. */
class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** @returns the schema, or a reference to it. */
  use(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const id = schema.meta()?.["id"];
    if (id === undefined) return this.inline(schema, io);
    if (!this.schemas[id]) this.schemas[id] = this.inline(schema, io);
    return { $ref: `#/components/schemas/${id}` };
  }

  inline(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const { $defs = {}, ...json } = z.toJSONSchema(schema, {
      io,
      unrepresentable: "any",
      reused: "inline",
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [name, part] of Object.entries($defs)) {
      if (!anyJson.test(name)) this.schemas[name] ??= tidy(part);
    }
    // Zod refers to what has an id even where that is the whole.
    const whole = /^#\/\$defs\/(\w+)$/.exec(String(json["$ref"]))?.[1];
    return (whole !== undefined && this.schemas[whole]) || tidy(json);
  }
}

/** How zod names what refers to itself: with us, that is JSON of any form. */
const anyJson = /(^|\/)__schema\d+$/;
const noNul = "^[^\\0]*$";

/**
 * A schema as OpenAPI wants it: zod refers to schemas beside it, OpenAPI has them among its components. Left out is what
 * only makes it longer: ids, and patterns that say again what `format` says.
 */
function tidy(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, function (this: unknown, key, value: unknown) {
    const { format, pattern } = this as { format?: unknown; pattern?: unknown };
    if (
      key === "$schema" ||
      key === "$defs" ||
      ((key === "id" || key === "$id") && typeof value === "string")
    )
      return undefined;
    if (key === "pattern" && value === pattern && (format !== undefined || value === noNul)) return undefined;
    const { $ref } = (value ?? {}) as { $ref?: unknown };
    return typeof $ref === "string" && anyJson.test($ref) ? {} : value;
  });
  return JSON.parse(text.replaceAll("#/$defs/", "#/components/schemas/")) as JsonSchema;
}

function operationOf(route: Route, components: Components): object {
  const { operationId, tag, summary, description, params, query, body, answer } = route;
  const parameters = [
    ...parametersOf(params, "path", components),
    ...parametersOf(query, "query", components),
  ];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: jsonBody(components.use(body, "input")) }),
    responses: responsesOf(answer, components, refusalsOf(route)),
  };
}

function refusalsOf({ body, params, query, refusals }: Route): number[] {
  const always = [401, 403, 429];
  const of = [...always, ...refusals, ...(body ? [400, 413, 422] : []), ...(params || query ? [422] : [])];
  return [...new Set(of)].sort((one, other) => one - other);
}

function parametersOf(
  schema: z.ZodObject | undefined,
  place: "path" | "query",
  components: Components,
): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...json } = components.inline(field as z.ZodType, "input");
    const required = place === "path" || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, ...(description ? { description } : {}), schema: json };
  });
}

function jsonBody(schema: JsonSchema): object {
  return { required: true, content: { "application/json": { schema } } };
}

function responsesOf(answer: Route["answer"], components: Components, refusals: readonly number[]): object {
  const error = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };
  const good = {
    description: answer.description,
    content: { "application/json": { schema: components.use(answer.schema, "output") } },
  };
  const bad = refusals.map((status) => [status, { description: sentences[status], content: error }] as const);
  return { [answer.status]: good, ...Object.fromEntries(bad) };
}

function startOf(contract: Contract, capabilities: ReadonlySet<Capability>, components: Components): object {
  const { name, title, description, output } = contract;
  const input = tidy(describeWorkflow(name, capabilities)?.inputSchema ?? {});
  const options = components.inline(z.object(startOptionsShape), "input");
  const pascal = name.replaceAll(/(?:^|-)(\w)/g, (___, letter: string) => letter.toUpperCase());
  components.schemas[`${pascal}Output`] = {
    description: `\`output\` of a job of ${name} that has succeeded.`,
    ...components.inline(output, "output"),
  };
  return {
    operationId: `start${pascal}`,
    tags: ["Start a workflow"],
    summary: title,
    description: `${description}\n\nOnce it has succeeded, the job's \`output\` is a \`${pascal}Output\`.`,
    requestBody: jsonBody({
      ...options,
      properties: { input, ...(options["properties"] as object) },
      required: ["input"],
    }),
    responses: responsesOf(startAnswer, components, [400, 401, 403, 409, 413, 422, 429]),
  };
}
