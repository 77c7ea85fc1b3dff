import type { z } from "zod";
import type { Caller } from "../caller.js";
import type { Services } from "../context.js";
import type { Claims } from "@longhaul/auth";

/** What a route's handler is given: parsed parts of the request, and the procedures as the one who asks. */
export interface RestCall<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** The procedures, with the caller's rights. */
  api: Caller;
  user: { userId: string; claims: Claims; token: string };
  services: Services;
  correlationId: string;
}

/** What a route answers when all goes well. */
export interface RestAnswer {
  status: 200 | 201 | 202;
  description: string;
  schema: z.ZodType;
}

/** One address and method: the Express layer and the OpenAPI document are both made from it. */
export interface Route {
  method: "get" | "post" | "put" | "delete";
  /** As OpenAPI writes it: "/api/jobs/{jobId}/status". */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The longest body that is read; default 1 MB. */
  maxBodyBytes?: number;
  /** How many ordinary requests this one counts for; default 1. */
  cost?: number;
  answer: RestAnswer;
  /** The name of the error schema's codes that are worth naming, by status. */
  refusals: readonly (400 | 404 | 409 | 413 | 501)[];
  handle(call: RestCall<never, never, never>): Promise<unknown>;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

interface TypedRoute<
  P extends z.ZodObject | undefined,
  Q extends z.ZodObject | undefined,
  B extends z.ZodType | undefined,
  A extends z.ZodType,
> extends Omit<Route, "params" | "query" | "body" | "answer" | "handle" | "refusals"> {
  params?: P;
  query?: Q;
  body?: B;
  answer: Omit<RestAnswer, "schema"> & { schema: A };
  refusals?: Route["refusals"];
  handle(call: RestCall<Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<z.input<A>>;
}

/** Declares a route; the handler's types follow from its schemas. */
export function route<
  A extends z.ZodType,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(typed: TypedRoute<P, Q, B, A>): Route {
  return { refusals: [], ...typed };
}
