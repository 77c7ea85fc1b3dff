import { SFNClient } from "@aws-sdk/client-sfn";
import { connect } from "@longhaul/db";
import type { RunsDependencies } from "@longhaul/runs";
import type { HousekeepingEnvironment } from "./env.js";
import { createLogger } from "./logger.js";

/**
 * What the use cases of packages/runs work with in a Lambda: one connection, kept between invocations. It
 * may go through a pooler in transaction mode, so no statement is prepared.
 */
export function housekeeping(environment: HousekeepingEnvironment): RunsDependencies {
  const { DATABASE_URL, STATE_MACHINES, LOG_LEVEL, AWS_LAMBDA_FUNCTION_NAME: functionName } = environment;
  return {
    db: connect(DATABASE_URL, { max: 1, prepare: false, applicationName: functionName }),
    sfn: new SFNClient(),
    stateMachines: STATE_MACHINES,
    logger: createLogger({ level: LOG_LEVEL, functionName }),
  };
}
