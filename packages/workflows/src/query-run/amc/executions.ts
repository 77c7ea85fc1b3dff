import type { StepContext } from "@longhaul/kit/step";
import { z } from "zod";
import type { Target } from "../result.js";
import { callAmc } from "./client.js";
import type { AmcEnvironment } from "./env.js";

type Caller = Pick<StepContext, "connections" | "signal">;

const createdSchema = z.object({ workflowExecutionId: z.string().min(1) });
const pageSchema = z.object({
  executions: z.array(
    z.object({
      workflowExecutionId: z.string().min(1),
      workflowId: z.string().nullish(),
      status: z.string().nullish(),
    }),
  ),
  nextToken: z.string().nullish(),
});

/** Pages of AMC's list; more than ever hold executions of one workflow. */
const mostPages = 50;

interface Query {
  readonly sql: string;
  readonly timeWindow: { readonly start: string; readonly end: string };
}

/** Creates an execution of a query, and gives its id. */
export async function createExecution(
  target: Target,
  { workflowId, sql, timeWindow }: Query & { readonly workflowId: string },
  ctx: Caller,
  env?: AmcEnvironment,
): Promise<string> {
  const local = (time: string) => new Date(time).toISOString().slice(0, 19);
  const body = {
    workflow: { workflowId, sqlQuery: sql },
    timeWindowType: "EXPLICIT",
    timeWindowStart: local(timeWindow.start),
    timeWindowEnd: local(timeWindow.end),
    timeWindowTimeZone: "UTC",
  };
  const created = await callAmc(target, { method: "POST", path: "workflowExecutions", body }, ctx, env);
  return createdSchema.parse(created).workflowExecutionId;
}

/**
 * The execution of a workflow that was created before, by a try that could not say so; null where there is none, or was
 * cancelled. Every page is looked at: what is overlooked would be asked twice.
 */
export async function findExecution(
  target: Target,
  workflowId: string,
  ctx: Caller,
  env?: AmcEnvironment,
): Promise<string | null> {
  let nextToken: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const query = new URLSearchParams({ workflowId, ...(nextToken !== null && { nextToken }) });
    const path = `workflowExecutions?${query.toString()}`;
    const listed = pageSchema.parse(await callAmc(target, { method: "GET", path }, ctx, env));
    const found = listed.executions.find(
      (one) => (one.workflowId ?? workflowId) === workflowId && one.status !== "CANCELLED",
    );
    if (found) return found.workflowExecutionId;
    nextToken = listed.nextToken ?? null;
    if (nextToken === null) break;
  }
  return null;
}

/** AMC's id of the query that a later attempt of a run hands in anew, after the first one's has ended badly. */
export function workflowIdOfAttempt(runId: string, attempt: number): string {
  return `longhaul-${runId}-${attempt}`;
}
