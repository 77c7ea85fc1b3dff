import type { Caller } from "@longhaul/runs";
import type { Context } from "../context.js";
import { ApiError } from "../errors.js";
import type { Reader } from "./reader.js";
import { Watcher } from "./watcher.js";

/** The context of a procedure that a member of an organisation calls. */
export type MemberContext = Context & { caller: Caller & { claims: { exp: number } } };

/** How many live views one connection may hold open. */
const watchesPerConnection = 100;
/** Sockets are closed when their token ends, and come back with a new one; this is for all the others. */
const expiryGraceMs = 5_000;
const longestTimerMs = 2_147_483_647;

/**
 * Begins one live view: counted, and ended when its token does. Disposing of it ends the count.
 *
 * @throws ApiError TOO_MANY_WATCHES
 */
export function watching(
  { watches, caller, services }: MemberContext,
  reader: Reader,
  signal: AbortSignal | undefined,
): Disposable & { watcher: Watcher } {
  if (watches.open >= watchesPerConnection) throw new ApiError("TOO_MANY_WATCHES");
  watches.open += 1;
  const watcher = new Watcher(reader, signal ?? new AbortController().signal);
  const remaining = caller.claims.exp * 1000 - services.clock.now() + expiryGraceMs;
  const stopTimer = services.clock.after(Math.min(remaining, longestTimerMs), () =>
    watcher.end(new ApiError("TOKEN_EXPIRED")),
  );
  return {
    watcher,
    [Symbol.dispose]() {
      stopTimer();
      watches.open -= 1;
    },
  };
}
