import { implement, type StepContext, type StepInput, type StepOutput } from "@longhaul/kit/step";
import { z } from "zod";
import { callAmc } from "../amc/client.js";
import type { AmcEnvironment } from "../amc/env.js";
import { poll } from "./poll.js";

const executionSchema = z.object({
  status: z.enum(["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]),
  statusReason: z.string().nullish(),
});

/** Asked often at first and seldom later: a quarter of the time that has passed, a minute at most. */
export function waitAfter(elapsedMs: number): number {
  return Math.min(60, Math.max(1, Math.round(elapsedMs / 4_000)));
}

export async function pollQuery(
  { executionId, submittedAt, ...target }: StepInput<typeof poll>,
  ctx: StepContext,
  env?: AmcEnvironment,
): Promise<StepOutput<typeof poll>> {
  const path = `workflowExecutions/${encodeURIComponent(executionId)}`;
  const told = executionSchema.parse(await callAmc(target, { method: "GET", path }, ctx, env));
  const { status } = told;
  const elapsedMs = Math.max(0, Date.now() - Date.parse(submittedAt));
  const over = status !== "PENDING" && status !== "RUNNING";
  const reason = over && status !== "SUCCEEDED" ? sentence(status, told.statusReason ?? "") : "";
  return { status, over, reason, waitSeconds: waitAfter(elapsedMs), elapsedMs };
}

function sentence(status: "FAILED" | "CANCELLED", reason: string): string {
  if (status === "CANCELLED") return "The query was cancelled in Amazon Marketing Cloud.";
  const why = reason.trim().slice(0, 2_000);
  return why === ""
    ? "Amazon Marketing Cloud could not run the query and did not say why."
    : `Amazon Marketing Cloud could not run the query: ${why}`;
}

export default implement(poll, (input, ctx) => pollQuery(input, ctx));
