import { connect, stepStore } from "@longhaul/db";
import { type LambdaContext, type StepResult, stepHandler } from "@longhaul/kit/runtime";
import { stepConnections } from "./connections/bind.js";
import { readConnectionSettings } from "./connections/env.js";
import { readStepEnvironment } from "./env.js";
import { findImplementation, stepOfFunction } from "./implementation.js";
import { createLogger } from "./logger.js";
import { stepMetrics } from "./metrics.js";
import { noObjects, storageObjects } from "./objects.js";
import { createTracing } from "./tracing.js";

const environment = readStepEnvironment();
const { DATABASE_URL, DATABASE_CONNECTIONS: max, SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY } = environment;
const { AWS_LAMBDA_FUNCTION_NAME: instanceName, LONGHAUL_STEP: onlyStep } = environment;
const hasStorage = SUPABASE_URL !== undefined && SUPABASE_SERVICE_ROLE_KEY !== undefined;
const store = stepStore(connect(DATABASE_URL, { max, prepare: false, applicationName: instanceName }));
const objects = hasStorage
  ? storageObjects({
      supabaseUrl: SUPABASE_URL,
      serviceRoleKey: SUPABASE_SERVICE_ROLE_KEY,
      bucket: "artifacts",
    })
  : noObjects;

const connections = stepConnections(readConnectionSettings());

type Run = (payload: unknown, lambda: LambdaContext) => Promise<StepResult>;

async function load(functionName: string, stepName: string): Promise<Run> {
  const [workflow = ""] = stepName.split("/");
  const traced = await createTracing({ functionName, daemonAddress: environment.AWS_XRAY_DAEMON_ADDRESS });
  const run = stepHandler(await findImplementation(stepName), {
    store,
    objects,
    logger: createLogger({ level: environment.LOG_LEVEL, functionName }),
    ...(environment.POWERTOOLS_METRICS_DISABLED === "false" && {
      observe: stepMetrics({ workflow, functionName }),
    }),
    simulation: environment.SIMULATION === "on",
    ...(connections && { connections }),
  });
  return (payload, lambda) =>
    traced(
      stepName,
      () => annotationsOf(workflow, payload),
      () => run(payload, lambda),
    );
}

const only = onlyStep === undefined ? null : await load(instanceName, onlyStep);
/** The steps that this instance has been asked for so far, by the name of their function. */
const hosted = new Map<string, Run>();

/**
 * The handler of the step that LONGHAUL_STEP names, or else of the one whose function the context names; connections are
 * kept between invocations, and all steps share them.
 */
export function handler(
  payload: unknown,
  lambda: LambdaContext & { readonly functionName: string },
): Promise<StepResult> {
  const run = only ?? hosted.get(lambda.functionName);
  return run === undefined ? firstOf(lambda.functionName, payload, lambda) : run(payload, lambda);
}

async function firstOf(functionName: string, payload: unknown, lambda: LambdaContext): Promise<StepResult> {
  const run = await load(functionName, stepOfFunction(functionName));
  hosted.set(functionName, run);
  return run(payload, lambda);
}

/** What traces are found by. The payload is not checked yet. */
function annotationsOf(workflow: string, payload: unknown): Record<string, string | number> {
  const { run: runId, attempt, correlationId } = (payload ?? {}) as Record<string, unknown>;
  const known = Object.entries({ workflow, run: runId, attempt, correlationId });
  return Object.fromEntries(
    known.filter((entry): entry is [string, string | number] => /string|number/.test(typeof entry[1])),
  );
}
