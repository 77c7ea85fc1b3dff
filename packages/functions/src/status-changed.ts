import { closeRun, dispatchNext } from "@longhaul/runs";
import { z } from "zod";
import { readHousekeepingEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";
import { shared } from "./shared.js";

const eventSchema = z.object({ detail: z.unknown() });
const deps = housekeeping(readHousekeepingEnvironment());
// Where many runs end at once, one look at the queue serves them all.
const dispatch = shared(() => dispatchNext(deps));

/** EventBridge's "Step Functions Execution Status Change": the end of an execution closes its run. */
export async function handler(event: unknown): Promise<{ closed: boolean }> {
  const { detail } = eventSchema.parse(event);
  const result = await closeRun(deps, detail);
  // The end of one run may be the turn of another.
  if (result.closed) await dispatch();
  return result;
}
