import { randomUUID } from "node:crypto";

export const correlationHeader = "x-correlation-id";

/** What the table of runs takes as well (runs_correlation_form). */
const wellFormed = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's own id where it is well-formed, else a new one. It goes into logs, runs and executions. */
export function correlationIdOf(header: string | string[] | undefined): string {
  return typeof header === "string" && wellFormed.test(header) ? header : randomUUID();
}
