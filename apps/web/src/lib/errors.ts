import { isTRPCClientError } from "@trpc/client";
import type { AppRouter } from "./trpc.js";

export interface FieldIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What a page shows of something that went wrong. */
export interface Problem {
  readonly kind: "gone" | "forbidden" | "signed-out" | "offline" | "invalid" | "broken";
  readonly message: string;
  readonly issues: readonly FieldIssue[];
  /** Named to whoever looks into the logs. */
  readonly correlationId: string | null;
}

const kinds: Partial<Record<string, Problem["kind"]>> = {
  NOT_FOUND: "gone",
  FORBIDDEN: "forbidden",
  UNAUTHORIZED: "signed-out",
  BAD_REQUEST: "invalid",
  PAYLOAD_TOO_LARGE: "invalid",
  CONFLICT: "invalid",
};

/** Reads any thrown thing as a {@link Problem} with a sentence for a person. */
export function toProblem(error: unknown): Problem {
  if (isTRPCClientError<AppRouter>(error)) {
    if (!error.data) {
      const message = "The server cannot be reached. Check your connection.";
      return { kind: "offline", message, issues: [], correlationId: null };
    }
    return {
      kind: kinds[error.data.code] ?? "broken",
      message: error.message,
      issues: error.data.issues ?? [],
      correlationId: error.data.correlationId ?? null,
    };
  }
  const message = error instanceof Error && error.message ? error.message : "Something went wrong.";
  return { kind: "broken", message, issues: [], correlationId: null };
}
