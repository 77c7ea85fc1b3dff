import type postgres from "postgres";
import { z } from "zod";
import type { Keys } from "../auth/keys.js";
import { type Caller, callerOf } from "../supabase/caller.js";
import type { Logger } from "../log.js";
import { authorise, type Permissions } from "./authorise.js";
import type { Hub } from "./hub.js";

export interface RealtimeContext {
  sql: postgres.Sql;
  keys: Keys;
  hub: Hub;
  logger: Logger;
}

/** What a client asks for with phx_join. Parts that are not there are the client's defaults. */
export const joinPayload = z.looseObject({
  access_token: z.string().nullish(),
  config: z
    .looseObject({
      broadcast: z
        .looseObject({
          self: z.boolean().nullish(),
          ack: z.boolean().nullish(),
          replay: z
            .looseObject({ since: z.number(), limit: z.number().int().min(1).max(25).nullish() })
            .nullish(),
        })
        .nullish(),
      presence: z.looseObject({ enabled: z.boolean().nullish() }).nullish(),
      postgres_changes: z.array(z.unknown()).nullish(),
      private: z.boolean().nullish(),
    })
    .nullish(),
});
export type JoinConfig = NonNullable<z.infer<typeof joinPayload>["config"]>;

/** Why a join, a message or a token is refused; hosted codes go first in the message. */
export class Refusal extends Error {
  override name = "Refusal";
}

/** Who a channel's token speaks for, and until when (seconds). */
export interface Access {
  caller: Caller;
  expires: number;
  permissions: Permissions;
}

/**
 * Verifies a token and asks the policies about the topic.
 *
 * @throws Refusal
 */
export async function grantAccess(
  context: RealtimeContext,
  token: string,
  topic: string,
  isPrivate: boolean,
): Promise<Access> {
  const claims = await context.keys
    .verify(token)
    .catch((error: Error & { code?: string; payload?: { exp?: number } }) => {
      if (error.code === "ERR_JWT_EXPIRED")
        throw new Refusal(`InvalidJWTToken: ${expiredMessage(error.payload?.exp ?? 0)}`);
      throw new Refusal("JwtSignatureError: Failed to validate JWT signature");
    });
  const caller = callerOf(claims);
  if (caller === null || claims.exp === undefined) {
    throw new Refusal("InvalidJWTToken: Fields `role` and `exp` are required in JWT");
  }
  const permissions = isPrivate ? await authorise(context.sql, caller, topic) : { read: true, write: true };
  if (!permissions.read) {
    throw new Refusal(`Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`);
  }
  return { caller, expires: claims.exp, permissions };
}

export function expiredMessage(expires: number): string {
  return `Token has expired ${Math.max(0, Math.floor(Date.now() / 1000) - expires)} seconds ago`;
}

/** @throws Refusal naming what this stand-in does not do */
export function checkJoin(topic: string, config: JoinConfig): void {
  if (topic === "") throw new Refusal("TopicNameRequired: You must provide a topic name");
  if (config.postgres_changes?.length) {
    throw new Refusal("NotImplemented: the local Realtime does not implement postgres_changes");
  }
  if (config.presence?.enabled)
    throw new Refusal("NotImplemented: the local Realtime does not implement presence");
  if (config.broadcast?.replay && !config.private) {
    throw new Refusal("UnableToReplayMessages: Replay params are only available in private channels");
  }
}
