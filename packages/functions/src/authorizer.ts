import { createVerifier } from "@longhaul/auth";
import { type Authorisation, authorise } from "./authorise.js";
import { readAuthorizerEnvironment } from "./env.js";
import { createLogger } from "./logger.js";

const { SUPABASE_URL, AWS_LAMBDA_FUNCTION_NAME, LOG_LEVEL } = readAuthorizerEnvironment();
const logger = createLogger({ level: LOG_LEVEL, functionName: AWS_LAMBDA_FUNCTION_NAME });
const issuer = `${SUPABASE_URL}/auth/v1`;
// Its keys are kept between invocations, and fetched again for a key id that is new.
const verifier = createVerifier({ issuer, jwksUrl: `${issuer}/.well-known/jwks.json` });

/** API Gateway's Lambda authorizer: HTTP API, payload format 2.0, simple response. */
export async function handler(event: unknown): Promise<Authorisation> {
  return authorise(verifier, event, (reason) => logger.info({ reason }, "a request was refused"));
}
