import type { FunctionSpec } from "@longhaul/functions/manifest";
import type { CloudDatabase } from "./database.js";

/** Where the parts of a running cloud are. */
export interface Places {
  readonly database: CloudDatabase;
  readonly supabase: { readonly url: string; readonly anonKey: string; readonly serviceRoleKey: string };
  readonly awsUrl: string;
  readonly region: string;
  readonly simulation: boolean;
  readonly stateMachines: Readonly<Record<string, string>>;
  /** Which models there are, as who started the cloud has set it. */
  readonly models: Readonly<Record<string, string>>;
  /** Where runs of the queued lane are published. */
  readonly runsTopicArn: string;
  /** How third parties' accounts are reached, and which secret holds the keys of their credentials. */
  readonly connections: Readonly<Record<string, string>>;
  /** Where schedules are, as JSON. */
  readonly scheduler: string;
}

/** What the AWS SDK needs to come to the local endpoint; the credentials are anything. */
function awsEnvironment({ awsUrl, region }: Places): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    // Which Node a deployment runs is infra's business; on a laptop the SDK's advice would fill the logs.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}

/** Where texts and models of twins are kept. */
export const trainingBucket = "longhaul-training";

const emailFrom = "Longhaul <longhaul@example.org>";

/** The environment of the API's process, as a deployment would set it. */
export function apiEnvironment(places: Places): Record<string, string> {
  const { database, supabase, simulation, stateMachines, runsTopicArn } = places;
  return {
    ...awsEnvironment(places),
    DATABASE_URL: database.url("longhaul_api"),
    SUPABASE_URL: supabase.url,
    PUBLIC_SUPABASE_URL: supabase.url,
    SUPABASE_ANON_KEY: supabase.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: supabase.serviceRoleKey,
    STATE_MACHINES: JSON.stringify(stateMachines),
    RUNS_TOPIC_ARN: runsTopicArn,
    SCHEDULER: places.scheduler,
    // A receiver that is being written runs on this computer.
    WEBHOOKS_TO_LOOPBACK: "on",
    ...places.connections,
    SIMULATION: simulation ? "on" : "off",
  };
}

/** The environment of one function: what it declared to need, as infra gives it on AWS. */
export function functionEnvironment(spec: FunctionSpec, places: Places): Record<string, string> {
  const { database, supabase, simulation, stateMachines, runsTopicArn } = places;
  const environment: Record<string, string> = {
    ...awsEnvironment(places),
    SUPABASE_URL: supabase.url,
    SIMULATION: simulation ? "on" : "off",
    // Nobody counts on a laptop: a line of metrics for each step would be all that most steps write.
    POWERTOOLS_METRICS_DISABLED: "true",
  };
  if (spec.databaseRole !== null) environment["DATABASE_URL"] = database.url(`longhaul_${spec.databaseRole}`);
  if (spec.concurrency > 1) environment["DATABASE_CONNECTIONS"] = "2";
  if (spec.managesRuns) {
    environment["STATE_MACHINES"] = JSON.stringify(stateMachines);
    environment["RUNS_TOPIC_ARN"] = runsTopicArn;
    environment["SCHEDULER"] = places.scheduler;
    environment["WEBHOOKS_TO_LOOPBACK"] = "on";
  }
  if (spec.permissions.includes("email")) environment["EMAIL_FROM"] = emailFrom;
  if (spec.permissions.includes("connections")) Object.assign(environment, places.connections);
  if (spec.permissions.includes("training")) {
    environment["TRAINING_BUCKET"] = trainingBucket;
    environment["TRAINING_ROLE_ARN"] = "arn:aws:iam::000000000000:role/longhaul-training";
    environment["TRAINING_IMAGE"] =
      `000000000000.dkr.ecr.${places.region}.amazonaws.com/longhaul-twin-trainer:latest`;
  }
  if (spec.permissions.includes("models")) Object.assign(environment, places.models);
  if (spec.permissions.includes("storage")) {
    environment["SUPABASE_SERVICE_ROLE_KEY"] = supabase.serviceRoleKey;
  }
  return environment;
}
