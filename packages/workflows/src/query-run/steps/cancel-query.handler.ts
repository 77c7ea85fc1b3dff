import { FatalError, implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { callAmc } from "../amc/client.js";
import type { AmcEnvironment } from "../amc/env.js";
import { findExecution, workflowIdOfAttempt } from "../amc/executions.js";
import type { Target } from "../result.js";
import { cancelQuery } from "./cancel-query.js";

/**
 * Cancels what was handed in, and what later attempts have handed in in its place. `cancelled` is false where all of it was
 * over already, or AMC does not know it any more.
 */
export async function cancelInAmc(
  { input, output }: StepInput<typeof cancelQuery>,
  ctx: StepContext,
  env?: AmcEnvironment,
): Promise<{ cancelled: boolean }> {
  let cancelled = await cancelOne(output.executionId, input, ctx, env);
  for (let attempt = 2; attempt <= ctx.attempt; attempt += 1) {
    const later = await findExecution(input, workflowIdOfAttempt(ctx.run.id, attempt), ctx, env);
    if (later !== null && (await cancelOne(later, input, ctx, env))) cancelled = true;
  }
  return { cancelled };
}

async function cancelOne(
  executionId: string,
  target: Target,
  ctx: StepContext,
  env?: AmcEnvironment,
): Promise<boolean> {
  const path = `workflowExecutions/${encodeURIComponent(executionId)}`;
  try {
    await callAmc(target, { method: "PUT", path, body: { status: "CANCELLED" } }, ctx, env);
    return true;
  } catch (error) {
    const over =
      error instanceof FatalError && (error.code === "AMC_REFUSED" || error.code === "AMC_NOT_FOUND");
    if (over) return false;
    throw error;
  }
}

export default implement(cancelQuery, (input, ctx) => cancelInAmc(input, ctx));
