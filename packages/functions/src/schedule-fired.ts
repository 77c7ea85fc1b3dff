import type { Capability } from "@longhaul/kit";
import { fireSchedule, firingSchema } from "@longhaul/runs";
import { readHousekeepingEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";

const environment = readHousekeepingEnvironment();
const deps = housekeeping(environment);
const capabilities = new Set<Capability>(environment.SIMULATION === "on" ? ["SIMULATION"] : []);

/** Starts the run of a schedule that has fired; EventBridge Scheduler calls it with the schedule and the time. */
export async function handler(event: unknown): Promise<{ runId: string | null }> {
  return fireSchedule(deps, firingSchema.parse(event), capabilities);
}
