import { FatalError, implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { callAmc } from "../amc/client.js";
import type { AmcEnvironment } from "../amc/env.js";
import { cancelQuery } from "./cancel-query.js";

/** `cancelled` is false for an execution that was over already, or that AMC does not know any more. */
export async function cancelInAmc(
  { input, output }: StepInput<typeof cancelQuery>,
  ctx: StepContext,
  env?: AmcEnvironment,
): Promise<{ cancelled: boolean }> {
  const path = `workflowExecutions/${encodeURIComponent(output.executionId)}`;
  try {
    await callAmc(input, { method: "PUT", path, body: { status: "CANCELLED" } }, ctx, env);
    return { cancelled: true };
  } catch (error) {
    const over =
      error instanceof FatalError && (error.code === "AMC_REFUSED" || error.code === "AMC_NOT_FOUND");
    if (over) return { cancelled: false };
    throw error;
  }
}

export default implement(cancelQuery, (input, ctx) => cancelInAmc(input, ctx));
