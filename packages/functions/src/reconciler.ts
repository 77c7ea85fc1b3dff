import { type Reconciled, reconcile } from "@longhaul/runs";
import { readHousekeepingEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";

const deps = housekeeping(readHousekeepingEnvironment());

/** The minute's check on runs that nobody sent and ends that nobody announced. */
export async function handler(): Promise<Reconciled> {
  const done = await reconcile(deps);
  if (done.checked > 0 || done.dispatched.sent > 0) deps.logger.info(done, "runs were reconciled");
  return done;
}
