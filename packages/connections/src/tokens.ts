import { setTimeout as sleep } from "node:timers/promises";
import type { LoginWithAmazon } from "./amazon/login.js";
import { ConnectionError } from "./errors.js";
import type { Sealing } from "./sealing/seal.js";
import type { ConnectionStore, TokenAnswer } from "./store.js";

export interface AccessTokens {
  /**
   * An access token that is good for a while yet. It is renewed ahead of its end by one of all who want it: the others
   * wait for the new one.
   *
   * @param refused a token that this gave before and the third party has turned away.
   * @throws ConnectionError
   */
  get(
    connectionId: string,
    options?: { readonly refused?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<string>;
}

export interface AccessTokensOptions {
  readonly store: ConnectionStore;
  readonly sealing: Sealing;
  readonly login: Pick<LoginWithAmazon, "refresh">;
  /** Waits so many milliseconds; a test brings its own. */
  readonly pause?: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}

/** What a sealed token is for: it stands in the seal, so that it opens for this connection only. */
export function purposeOf(kind: "access" | "refresh", connectionId: string): string {
  return `${kind}:${connectionId}`;
}

/** What a person reads on a connection that was revoked. */
const revokedSentence =
  "Amazon does not accept this connection any more: the consent was withdrawn, or its password was changed. Connect it again.";

const pauseMs = 150;
/** Longer than the lease of who renews (30 s), so that one who died does not fail the others. */
const mostPauses = 300;

export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { store, sealing, login } = options;
  const pause = options.pause ?? ((milliseconds, signal) => sleep(milliseconds, undefined, { signal }));

  /** Null when somebody else has taken over meanwhile: what they keep is looked at. */
  async function renew(
    connectionId: string,
    { refreshToken: sealed, fence }: Extract<TokenAnswer, { kind: "refresh" }>,
    signal?: AbortSignal,
  ): Promise<string | null> {
    let kept = false;
    try {
      const refreshToken = await sealing.open(sealed, purposeOf("refresh", connectionId));
      const renewed = await login.refresh(refreshToken, signal);
      kept = await store.keep(connectionId, fence, {
        accessToken: await sealing.seal(renewed.accessToken, purposeOf("access", connectionId)),
        refreshToken: await sealing.seal(renewed.refreshToken, purposeOf("refresh", connectionId)),
        expiresInSeconds: renewed.expiresInSeconds,
      });
      return kept ? renewed.accessToken : null;
    } catch (error) {
      const lost =
        error instanceof ConnectionError &&
        (error.code === "CONNECTION_REVOKED" || error.code === "CONNECTION_UNREADABLE");
      if (!lost) {
        if (!kept) await store.release(connectionId, fence).catch(() => false);
        throw error;
      }
      const problem = error.code === "CONNECTION_REVOKED" ? revokedSentence : error.message;
      if (!(await store.lose(connectionId, fence, problem))) return null;
      throw new ConnectionError(error.code, problem);
    }
  }

  /** Null when the key that it was sealed with is gone: the refresh token may still open, and gives a new one. */
  async function opened(connectionId: string, answer: Extract<TokenAnswer, { kind: "token" }>) {
    try {
      return await sealing.open(answer.accessToken, purposeOf("access", connectionId));
    } catch (error) {
      if (error instanceof ConnectionError && error.code === "CONNECTION_UNREADABLE") return null;
      throw error;
    }
  }

  return {
    async get(connectionId, { refused, signal } = {}) {
      let refusedVersion: number | null = null;
      for (let pauses = 0; pauses < mostPauses; ) {
        signal?.throwIfAborted();
        const answer = await store.token(connectionId, refusedVersion);
        switch (answer.kind) {
          case "unknown":
            throw new ConnectionError("CONNECTION_NOT_FOUND", "The connection is no longer there.");
          case "revoked":
            throw new ConnectionError("CONNECTION_REVOKED", answer.problem);
          case "token": {
            const token = await opened(connectionId, answer);
            if (token !== null && token !== refused) return token;
            refusedVersion = answer.version;
            break;
          }
          case "refresh": {
            const token = await renew(connectionId, answer, signal);
            if (token !== null) return token;
            break;
          }
          case "wait":
            pauses += 1;
            // Not all at the same moment.
            await pause(pauseMs * (0.5 + Math.random()), signal);
        }
      }
      const sentence = "The connection's token is being renewed for a long time.";
      throw new ConnectionError("CONNECTION_UNAVAILABLE", sentence);
    },
  };
}
