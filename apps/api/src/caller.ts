import { randomUUID } from "node:crypto";
import type { Identity, Services } from "./context.js";
import { identify } from "./http/identify.js";
import { callerFactory } from "./router.js";

/** The procedures as functions. */
export type Caller = ReturnType<typeof callerFactory>;

export interface CallerOptions {
  /** Whose rights the calls have: a Supabase access token, or null for nobody. */
  token: string | null;
  correlationId?: string;
  signal?: AbortSignal;
}

/**
 * The procedures as functions, in this process, with the same checks as over the network. For jobs and tests.
 *
 * @example const api = await createCaller(services, { token }); await api.runs.list({ limit: 10 });
 */
export async function createCaller(
  services: Services,
  { token, correlationId = randomUUID(), signal }: CallerOptions,
): Promise<Caller> {
  return callerFor(services, await identify(services, token), { correlationId, signal });
}

/** As {@link createCaller}, for somebody who has been identified already. */
export function callerFor(
  services: Services,
  identity: Identity,
  { correlationId, signal }: { correlationId: string; signal: AbortSignal | undefined },
): Caller {
  const log = services.log.child({ correlationId });
  const calls = { open: 0, most: Number.POSITIVE_INFINITY };
  return callerFactory(
    { services, identity, correlationId, log, watches: { open: 0 }, calls, rates: null },
    { signal },
  );
}
