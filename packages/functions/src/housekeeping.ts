import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { connect } from "@longhaul/db";
import { houseFunctions } from "@longhaul/kit";
import { awsCalls } from "@longhaul/kit/step";
import { eventBridgeClock, lambdaBell, type RunsDependencies, snsRunQueue } from "@longhaul/runs";
import type { HousekeepingEnvironment } from "./env.js";
import { createLogger } from "./logger.js";

/**
 * What the use cases of packages/runs work with in a Lambda: connections that are kept between invocations. They
 * may go through a pooler in transaction mode, so no statement is prepared.
 */
export function housekeeping(environment: HousekeepingEnvironment): RunsDependencies {
  const { DATABASE_URL, DATABASE_CONNECTIONS: max, STATE_MACHINES, RUNS_TOPIC_ARN, LOG_LEVEL } = environment;
  const { AWS_LAMBDA_FUNCTION_NAME: functionName, SCHEDULER } = environment;
  const client = { maxAttempts: 2, requestHandler: awsCalls };
  return {
    db: connect(DATABASE_URL, { max, prepare: false, applicationName: functionName }),
    // The SDK's middleware is put together once, not anew for each call.
    sfn: new SFNClient({ ...client, cacheMiddleware: true }),
    stateMachines: STATE_MACHINES,
    queue: RUNS_TOPIC_ARN ? snsRunQueue(new SNSClient(client), RUNS_TOPIC_ARN) : undefined,
    clock: SCHEDULER && eventBridgeClock(new SchedulerClient(client), SCHEDULER),
    bell: lambdaBell(new LambdaClient({ ...client, cacheMiddleware: true }), houseFunctions.webhooks),
    logger: createLogger({ level: LOG_LEVEL, functionName }),
  };
}
