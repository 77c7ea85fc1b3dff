import { connect, stepStore } from "@longhaul/db";
import { stepHandler } from "@longhaul/kit/runtime";
import { readStepEnvironment } from "./env.js";
import { findImplementation } from "./implementation.js";
import { createLogger } from "./logger.js";
import { noObjects, storageObjects } from "./objects.js";

const environment = readStepEnvironment();
const { DATABASE_URL, SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, AWS_LAMBDA_FUNCTION_NAME } = environment;
const hasStorage = SUPABASE_URL !== undefined && SUPABASE_SERVICE_ROLE_KEY !== undefined;

/** The handler of the step that LONGHAUL_STEP names; its connection is kept between invocations. */
export const handler = stepHandler(await findImplementation(environment.LONGHAUL_STEP), {
  store: stepStore(
    connect(DATABASE_URL, { max: 1, prepare: false, applicationName: AWS_LAMBDA_FUNCTION_NAME }),
  ),
  objects: hasStorage
    ? storageObjects({
        supabaseUrl: SUPABASE_URL,
        serviceRoleKey: SUPABASE_SERVICE_ROLE_KEY,
        bucket: "artifacts",
      })
    : noObjects,
  logger: createLogger({ level: environment.LOG_LEVEL, functionName: AWS_LAMBDA_FUNCTION_NAME }),
  simulation: environment.SIMULATION === "on",
});
