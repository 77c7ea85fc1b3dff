import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { z } from "zod";
import { type ApiError, formatError, toTrpcError } from "../errors.js";

/** What every refusal looks like. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().meta({ description: "For programs.", examples: ["RUN_NOT_FOUND"] }),
      message: z.string().meta({ description: "For people.", examples: ["There is no such run."] }),
      correlationId: z.string().nullable().meta({ description: "Names this request in the logs." }),
      issues: z
        .array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() }))
        .optional()
        .meta({ description: "What is wrong with which field." }),
    }),
  })
  .meta({ id: "Error", title: "Error" });
export type ErrorBody = z.output<typeof errorSchema>;

/** A refusal of the HTTP layer itself. */
export class RestError extends Error {
  override readonly name = "RestError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Understood, but not what is asked for: these travel as 422, as a body or parameter does that does not parse. */
const unprocessable = new Set(["INPUT_INVALID", "OUTPUT_INVALID", "DECISION_INVALID", "FILE_NOT_FOUND"]);

/** @returns status and body for whatever was thrown; nothing internal is in them. */
export function toRestError(
  thrown: unknown,
  correlationId: string,
): { status: number; body: ErrorBody; headers: Readonly<Record<string, string>>; cause: TRPCError | null } {
  if (thrown instanceof RestError) {
    const { status, code, message, headers } = thrown;
    return { status, headers, cause: null, body: { error: { code, message, correlationId } } };
  }
  const refusal = refusalOfParser(thrown);
  if (refusal) return toRestError(refusal, correlationId);
  const error =
    thrown instanceof z.ZodError
      ? new TRPCError({ code: "BAD_REQUEST", cause: thrown })
      : toTrpcError(thrown);
  const httpStatus = getHTTPStatusCodeFromError(error);
  const { message, data } = formatError({
    shape: { message: error.message, code: -32603, data: { code: error.code, httpStatus } },
    error,
    ctx: { correlationId },
  });
  const code = data.errorCode ?? error.code;
  const { issues } = data;
  return {
    status: unprocessable.has(code) ? 422 : httpStatus,
    headers: {},
    cause: error,
    body: { error: { code, message, correlationId, ...(issues.length > 0 && { issues: issues.map(copy) }) } },
  };
}

const copy = ({ path, message }: ApiError["issues"][number]) => ({ path: [...path], message });

/** What Express throws that cannot read an address or a body. */
function refusalOfParser(thrown: unknown): RestError | null {
  const { type, status } = (thrown ?? {}) as { type?: unknown; status?: unknown };
  if (typeof status !== "number" || status >= 500) return null;
  if (typeof type !== "string") return new RestError(400, "BAD_REQUEST", "The address cannot be read.");
  if (type === "entity.too.large") return new RestError(413, "BODY_TOO_LARGE", "The body is too large.");
  if (status === 415) {
    return new RestError(415, "BODY_NOT_JSON", "Send the body as application/json, in UTF-8.");
  }
  return new RestError(400, "BODY_INVALID", "The body is no valid JSON.");
}
