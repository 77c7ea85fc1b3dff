import { connect, stepStore } from "@longhaul/db";
import { type LambdaContext, type StepResult, stepHandler } from "@longhaul/kit/runtime";
import { readStepEnvironment } from "./env.js";
import { findImplementation } from "./implementation.js";
import { createLogger } from "./logger.js";
import { stepMetrics } from "./metrics.js";
import { noObjects, storageObjects } from "./objects.js";
import { createTracing } from "./tracing.js";

const environment = readStepEnvironment();
const { DATABASE_URL, DATABASE_CONNECTIONS: max, SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY } = environment;
const { AWS_LAMBDA_FUNCTION_NAME: functionName, LONGHAUL_STEP: stepName } = environment;
const [workflow = ""] = stepName.split("/");
const hasStorage = SUPABASE_URL !== undefined && SUPABASE_SERVICE_ROLE_KEY !== undefined;
const traced = await createTracing({ functionName, daemonAddress: environment.AWS_XRAY_DAEMON_ADDRESS });

const run = stepHandler(await findImplementation(stepName), {
  store: stepStore(connect(DATABASE_URL, { max, prepare: false, applicationName: functionName })),
  objects: hasStorage
    ? storageObjects({
        supabaseUrl: SUPABASE_URL,
        serviceRoleKey: SUPABASE_SERVICE_ROLE_KEY,
        bucket: "artifacts",
      })
    : noObjects,
  logger: createLogger({ level: environment.LOG_LEVEL, functionName }),
  ...(environment.POWERTOOLS_METRICS_DISABLED === "false" && {
    observe: stepMetrics({ workflow, functionName }),
  }),
  simulation: environment.SIMULATION === "on",
});

/** The handler of the step that LONGHAUL_STEP names; its connections are kept between invocations. */
export function handler(payload: unknown, lambda: LambdaContext): Promise<StepResult> {
  return traced(
    stepName,
    () => annotationsOf(payload),
    () => run(payload, lambda),
  );
}

/** What traces are found by. The payload is not checked yet. */
function annotationsOf(payload: unknown): Record<string, string | number> {
  const { run: runId, attempt, correlationId } = (payload ?? {}) as Record<string, unknown>;
  const known = Object.entries({ workflow, run: runId, attempt, correlationId });
  return Object.fromEntries(
    known.filter((entry): entry is [string, string | number] => /string|number/.test(typeof entry[1])),
  );
}
