import { implement, type StepContext, type StepInput, type StepOutput } from "@longhaul/kit/step";
import { z } from "zod";
import { callAmc } from "../amc/client.js";
import type { AmcEnvironment } from "../amc/env.js";
import { submit } from "./submit.js";

const executionSchema = z.object({ workflowExecutionId: z.string().min(1), status: z.string().optional() });
const listSchema = z.object({ executions: z.array(executionSchema) });

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
  const [start, end] = [input.timeWindow.start, input.timeWindow.end].map((time) =>
    new Date(time).toISOString(),
  );
  const submitted = (executionId: string) => ({
    ...{ executionId, submittedAt: new Date().toISOString() },
    ...{ start: start as string, end: end as string },
  });
  if (ctx.try > 1 || ctx.attempt > 1) {
    const path = `workflowExecutions?workflowId=${encodeURIComponent(workflowId)}`;
    const { executions } = listSchema.parse(await callAmc(input, { method: "GET", path }, ctx, env));
    const alive = executions.find(({ status }) => status !== "CANCELLED");
    if (alive) return submitted(alive.workflowExecutionId);
  }
  const local = (time: string | undefined) => (time ?? "").slice(0, 19);
  const body = {
    workflow: { workflowId, sqlQuery: input.sql },
    timeWindowType: "EXPLICIT",
    timeWindowStart: local(start),
    timeWindowEnd: local(end),
    timeWindowTimeZone: "UTC",
  };
  const created = executionSchema.parse(
    await callAmc(input, { method: "POST", path: "workflowExecutions", body }, ctx, env),
  );
  ctx.log.info("Amazon Marketing Cloud has taken the query.", { execution: created.workflowExecutionId });
  return submitted(created.workflowExecutionId);
}

export default implement(submit, (input, ctx) => submitQuery(input, ctx));
