import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { createVerifier } from "@longhaul/auth";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  type Connections,
  connectionSettings,
  createConnections,
  type Sealing,
  secretSealing,
} from "@longhaul/connections";
import { connect } from "@longhaul/db";
import { type Capability, houseFunctions } from "@longhaul/kit";
import { awsCalls } from "@longhaul/kit/step";
import { eventBridgeClock, lambdaBell, snsRunQueue } from "@longhaul/runs";
import { type Clock, systemClock } from "./clock.js";
import type { Services } from "./context.js";
import { createDispatcher } from "./dispatcher.js";
import type { Environment } from "./env.js";
import { type Doorbell, openDoorbell } from "./feed/doorbell.js";
import { Feed } from "./feed/feed.js";
import { createLogger, type Logger } from "./logger.js";
import { createRateLimiter } from "./rest/rate-limit.js";
import { createStorageLinks } from "./storage.js";

/**
 * Calls for each request of the HTTP API that a person may send: a dashboard asks in small steps, and a person has many tabs.
 */
const callsPerRequest = 10;
/**
 * How many minutes' worth of live views a person may open at once: with the rate as it is by itself more than the clients that a
 * process holds, so that all of them may come back together. Who opens views and leaves them in a loop is bound by the rate.
 */
const viewMinutes = 4;

/** What a test or another host may bring along. */
export interface ServiceOverrides {
  log?: Logger;
  clock?: Clock;
  doorbell?: Doorbell;
  sfn?: SFNClient;
  sealing?: Sealing;
}

export interface OwnedServices extends Services {
  /** Ends what {@link createServices} began: feed, dispatcher, connections. */
  close(): Promise<void>;
}

/** Connects everything that the procedures use. Nothing is awaited: what is not there yet is tried again. */
export function createServices(env: Environment, overrides: ServiceOverrides = {}): OwnedServices {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? createLogger(env.LOG_LEVEL);
  const db = connect(env.DATABASE_URL, {
    max: env.DATABASE_CONNECTIONS,
    applicationName: "longhaul-api",
  });
  const client = { region: env.AWS_REGION, maxAttempts: 2, requestHandler: awsCalls };
  // Else the SDK puts its middleware together anew for each call, which is a quarter of what one costs.
  const sfn = overrides.sfn ?? new SFNClient({ ...client, cacheMiddleware: true });
  const sns = env.RUNS_TOPIC_ARN === undefined ? null : new SNSClient(client);
  const queue = sns ? snsRunQueue(sns, env.RUNS_TOPIC_ARN as string) : undefined;
  const scheduler = env.SCHEDULER && new SchedulerClient(client);
  const schedules = env.SCHEDULER && scheduler && eventBridgeClock(scheduler, env.SCHEDULER);
  const lambda = new LambdaClient(client);
  const bell = lambdaBell(lambda, houseFunctions.webhooks);
  const invitationBell = lambdaBell(lambda, houseFunctions.invitations);
  const { connections, sealing } = createSealed(env, new SecretsManagerClient(client), overrides.sealing);
  const stateMachines = env.STATE_MACHINES;
  const sending = {
    db,
    bell,
    invitationBell,
    sfn,
    stateMachines,
    queue,
    clock: schedules,
    sealing,
    logger: log,
  };
  const dispatcher = createDispatcher(sending, clock, log);
  const runs = { ...sending, dispatcher };
  const doorbell =
    overrides.doorbell ??
    openDoorbell({ supabaseUrl: env.SUPABASE_URL, serviceRoleKey: env.SUPABASE_SERVICE_ROLE_KEY, log });
  const feed = new Feed({ db, doorbell, clock, log });
  const callsPerMinute = callsPerRequest * env.HTTP_REQUESTS_PER_MINUTE;
  const issuer = `${env.SUPABASE_URL}/auth/v1`;

  return {
    db,
    runs,
    feed,
    clock,
    log,
    verifier: createVerifier({ issuer, jwksUrl: `${issuer}/.well-known/jwks.json` }),
    storage: createStorageLinks({
      supabaseUrl: env.SUPABASE_URL,
      publicSupabaseUrl: env.PUBLIC_SUPABASE_URL ?? env.SUPABASE_URL,
      anonKey: env.SUPABASE_ANON_KEY,
    }),
    connections,
    rates: {
      calls: createRateLimiter(clock, callsPerMinute),
      views: createRateLimiter(clock, callsPerMinute, viewMinutes),
    },
    capabilities: new Set<Capability>(env.SIMULATION === "on" ? ["SIMULATION"] : []),
    webhookRules: { loopback: env.WEBHOOKS_TO_LOOPBACK === "on" },
    joinLink: env.DASHBOARD_URL === undefined ? null : `${env.DASHBOARD_URL}/join`,
    dispatchSoon: dispatcher.soon,
    async close() {
      await dispatcher.close();
      await feed.close();
      await db.close();
      sfn.destroy();
      sns?.destroy();
      scheduler?.destroy();
      lambda.destroy();
    },
  };
}

/** What is sealed by the keys of the connections: those, where they are set up, and the secrets of webhooks. */
function createSealed(
  env: Environment,
  secrets: SecretsManagerClient,
  given: Sealing | undefined,
): { connections: Connections | null; sealing: Sealing | undefined } {
  const { CONNECTION_KEYS_SECRET: keysSecret } = env;
  const settings = connectionSettings(env);
  const connections = settings && createConnections(settings, secrets);
  const sealing =
    given ?? connections?.sealing ?? (keysSecret ? secretSealing(secrets, keysSecret) : undefined);
  return { connections, sealing };
}
