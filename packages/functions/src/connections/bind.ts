import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  ConnectionError,
  type ConnectionSettings,
  type ConnectionStore,
  createConnections,
  type TokenAnswer,
} from "@longhaul/connections";
import type { Json } from "@longhaul/kit";
import {
  awsCalls,
  FatalError,
  RetryableError,
  type StepConnections,
  type StepContext,
} from "@longhaul/kit/step";

type Bind = (step: Pick<StepContext, "records" | "signal">) => StepConnections;

/**
 * The kit's connections for steps that may use them: their rows are reached by record functions, and so only while the
 * step is held. Undefined where connections are not set up.
 */
export function stepConnections(settings: ConnectionSettings | null): Bind | undefined {
  if (settings === null) return undefined;
  const secrets = new SecretsManagerClient({ maxAttempts: 2, requestHandler: awsCalls });
  const connections = createConnections(settings, secrets);
  return ({ records, signal }) => {
    const tokens = connections.accessTokens(recordStore(records));
    return {
      accessToken: (connectionId, { refused } = {}) =>
        tokens.get(connectionId, { refused, signal }).catch((error: unknown) => {
          throw asStepError(error);
        }),
    };
  };
}

/** Source: longhaul.connection_tokens_do, which says what each does. */
function recordStore(records: StepContext["records"]): ConnectionStore {
  const call = (connection: string, args: { readonly [name: string]: Json }) =>
    records.call("connection", { connection, ...args });
  return {
    token: async (id, refused) => (await call(id, { do: "token", refused })) as unknown as TokenAnswer,
    keep: async (id, fence, sealed) => (await call(id, { do: "keep", fence, ...sealed })) === true,
    lose: async (id, fence, problem) => (await call(id, { do: "lose", fence, problem })) === true,
    release: async (id, fence) => (await call(id, { do: "release", fence })) === true,
  };
}

function asStepError(error: unknown): unknown {
  if (!(error instanceof ConnectionError)) return error;
  const { code, message, retryable, retryAfterSeconds: retryAfter } = error;
  if (!retryable) return new FatalError(message, { code });
  return new RetryableError(message, { code, ...(retryAfter !== undefined && { retryAfter }) });
}
