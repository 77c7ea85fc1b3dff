import { pruneVersions, type Swept, sweepExpired } from "@longhaul/runs";
import { readRetentionEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";
import { storageRemover } from "./objects.js";

const environment = readRetentionEnvironment();
const objects = storageRemover({
  supabaseUrl: environment.SUPABASE_URL,
  serviceRoleKey: environment.SUPABASE_SERVICE_ROLE_KEY,
  bucket: "artifacts",
});
const deps = { ...housekeeping(environment), objects };
/** Begins nothing that could not end within the function's time. */
const maxSeconds = 30;

/** Every ten minutes: deletes the runs and files whose time has come, and versions of machines beyond the newest. */
export async function handler(): Promise<Swept> {
  const swept = await sweepExpired(deps, { maxSeconds });
  if (swept.runs + swept.uploads + swept.objects > 0) deps.logger.info(swept, "what had expired was deleted");
  // Last, and with its refusals thrown: the alarm tells of them, and nothing else waits for it.
  await pruneVersions(deps);
  return swept;
}
