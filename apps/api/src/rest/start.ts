import type { Caller } from "../caller.js";
import { ApiError } from "../errors.js";
import { camelCase } from "../routers/catalogue.js";
import type { Started } from "../routers/workflows.js";
import { contracts } from "@longhaul/workflows/contracts";

export interface StartOptions {
  idempotencyKey?: string | undefined;
  priority?: "low" | "normal" | "high" | "urgent" | undefined;
  tags?: string[] | undefined;
  notBefore?: string | undefined;
}

/** Whether the catalogue has a workflow of that name. */
export function isWorkflow(name: string): boolean {
  return Object.hasOwn(contracts, name);
}

/**
 * Starts a run of a workflow whose name comes from outside; its contract parses the input.
 *
 * @throws ApiError WORKFLOW_NOT_FOUND, and what the start of a workflow throws.
 */
export function startByName(
  api: Caller,
  name: string,
  input: unknown,
  options: StartOptions = {},
): Promise<Started> {
  const starts = api.workflows as unknown as Record<string, WorkflowStart | undefined>;
  const workflow = isWorkflow(name) ? starts[camelCase(name)] : undefined;
  if (!workflow) return Promise.reject(new ApiError("WORKFLOW_NOT_FOUND"));
  return workflow.start({ input, ...options });
}

interface WorkflowStart {
  start(request: { input: unknown } & StartOptions): Promise<Started>;
}
