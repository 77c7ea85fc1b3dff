import { implement, type StepContext, type StepInput, type StepOutput } from "@longhaul/kit/step";
import type { AmcEnvironment } from "../amc/env.js";
import { createExecution, findExecution } from "../amc/executions.js";
import { submit } from "./submit.js";

/**
 * Creates the execution. AMC has no idempotency key, so the workflow's id is made from ours: a repeat looks first whether
 * an earlier try has come through, and takes that execution.
 */
export async function submitQuery(
  input: StepInput<typeof submit>,
  ctx: StepContext,
  env?: AmcEnvironment,
): Promise<StepOutput<typeof submit>> {
  const workflowId = `longhaul-${ctx.idempotencyKey.slice(0, 40)}`;
  const { sql, timeWindow } = input;
  const repeats = ctx.try > 1 || ctx.attempt > 1;
  const known = repeats ? await findExecution(input, workflowId, ctx, env) : null;
  const executionId = known ?? (await createExecution(input, { workflowId, sql, timeWindow }, ctx, env));
  if (known === null) ctx.log.info("Amazon Marketing Cloud has taken the query.", { execution: executionId });
  return {
    ...{ executionId, submittedAt: new Date().toISOString() },
    start: new Date(timeWindow.start).toISOString(),
    end: new Date(timeWindow.end).toISOString(),
  };
}

export default implement(submit, (input, ctx) => submitQuery(input, ctx));
