import { approvalTask } from "@longhaul/runs";
import { readHousekeepingEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";

const deps = housekeeping(readHousekeepingEnvironment());

/** Called by machines: asks a person for a decision, and gives the one there is at the deadline. */
export async function handler(payload: unknown): ReturnType<typeof approvalTask> {
  return approvalTask(deps, payload);
}
