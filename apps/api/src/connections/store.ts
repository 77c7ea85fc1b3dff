import type { ConnectionStore, TokenAnswer } from "@longhaul/connections";
import { asCaller, connections, type Database, type DatabaseCaller } from "@longhaul/db";

/** A connection's row by the right of a member. Source: longhaul.connection_tokens_do, which says what each does. */
export function callerStore(
  db: Database,
  caller: DatabaseCaller & { readonly organisationId: string },
): ConnectionStore {
  const { organisationId } = caller;
  const use = (connectionId: string, args: { do: string; [name: string]: unknown }) =>
    asCaller(db, caller, (tx) => connections.use(tx, { organisationId, connectionId, args }));
  return {
    token: async (id, refused) => (await use(id, { do: "token", refused })) as TokenAnswer,
    keep: async (id, fence, sealed) => (await use(id, { do: "keep", fence, ...sealed })) === true,
    lose: async (id, fence, problem) => (await use(id, { do: "lose", fence, problem })) === true,
    release: async (id, fence) => (await use(id, { do: "release", fence })) === true,
  };
}
