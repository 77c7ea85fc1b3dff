import { FatalError, implement, type StepContext, type StepInput, type StepOutput } from "@longhaul/kit/step";
import { z } from "zod";
import { callAmc } from "../amc/client.js";
import type { AmcEnvironment } from "../amc/env.js";
import { createExecution, findExecution, workflowIdOfAttempt } from "../amc/executions.js";
import { poll } from "./poll.js";

type Input = StepInput<typeof poll>;

const executionSchema = z.object({
  status: z.enum(["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]),
  statusReason: z.string().nullish(),
});
type Told = z.output<typeof executionSchema>;

/** Asked often at first and seldom later: a quarter of the time that has passed, a minute at most. */
export function waitAfter(elapsedMs: number): number {
  return Math.min(60, Math.max(1, Math.round(elapsedMs / 4_000)));
}

/**
 * Asks how far AMC is. A run that is tried again after AMC has failed its query hands it in once more: the first one would
 * be as failed as before.
 *
 * @throws FatalError QUERY_FAILED with AMC's reason; it is no checkpoint, so that the next attempt comes here again.
 */
export async function pollQuery(
  input: Input,
  ctx: StepContext,
  env?: AmcEnvironment,
): Promise<StepOutput<typeof poll>> {
  let { executionId } = input;
  let told = await ask(executionId, input, ctx, env);
  if (endedBadly(told) && ctx.attempt > 1) {
    executionId = await handedInAnew(input, ctx, env);
    told = await ask(executionId, input, ctx, env);
  }
  const { status } = told;
  if (status === "FAILED" || status === "CANCELLED") {
    const cause = told.statusReason ?? status;
    throw new FatalError(sentence(told), { code: "QUERY_FAILED", cause, attemptHelps: true });
  }
  const elapsedMs = Math.max(0, Date.now() - Date.parse(input.submittedAt));
  return { executionId, status, over: status === "SUCCEEDED", waitSeconds: waitAfter(elapsedMs), elapsedMs };
}

async function ask(executionId: string, input: Input, ctx: StepContext, env?: AmcEnvironment): Promise<Told> {
  const path = `workflowExecutions/${encodeURIComponent(executionId)}`;
  return executionSchema.parse(await callAmc(input, { method: "GET", path }, ctx, env));
}

/** The execution of this attempt: made by the first of its polls, found by the others. */
async function handedInAnew(input: Input, ctx: StepContext, env?: AmcEnvironment): Promise<string> {
  const workflowId = workflowIdOfAttempt(ctx.run.id, ctx.attempt);
  const known = await findExecution(input, workflowId, ctx, env);
  if (known !== null) return known;
  const { sql, timeWindow } = input;
  const created = await createExecution(input, { workflowId, sql, timeWindow }, ctx, env);
  ctx.log.info("The query has been handed in anew.", { execution: created, before: input.executionId });
  return created;
}

const endedBadly = ({ status }: Told): boolean => status === "FAILED" || status === "CANCELLED";

function sentence({ status, statusReason }: Told): string {
  if (status === "CANCELLED") return "The query was cancelled in Amazon Marketing Cloud.";
  const why = (statusReason ?? "").trim().slice(0, 2_000);
  return why === ""
    ? "Amazon Marketing Cloud could not run the query and did not say why."
    : `Amazon Marketing Cloud could not run the query: ${why}`;
}

export default implement(poll, (input, ctx) => pollQuery(input, ctx));
