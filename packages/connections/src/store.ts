/** What the database says of a connection to who wants its access token. */
export type TokenAnswer =
  /** Good for a while. */
  | { readonly kind: "token"; readonly accessToken: string; readonly version: number }
  /** The caller is the one who renews it; others wait for `fence` to be kept or given back. */
  | { readonly kind: "refresh"; readonly refreshToken: string; readonly fence: number }
  /** Somebody else renews it at this moment. */
  | { readonly kind: "wait" }
  | { readonly kind: "revoked"; readonly problem: string }
  | { readonly kind: "unknown" };

/**
 * The connection's row. Tokens come and go sealed. A write whose fence is no longer the highest changes nothing and
 * gives false: somebody else has taken over meanwhile.
 */
export interface ConnectionStore {
  /** @param refused the version of a token that the third party has turned away: it is not given again. */
  token(connectionId: string, refused: number | null): Promise<TokenAnswer>;
  keep(
    connectionId: string,
    fence: number,
    sealed: { accessToken: string; refreshToken: string; expiresInSeconds: number },
  ): Promise<boolean>;
  /** Marks the connection: `problem` says what is the matter and what a person can do about it. */
  lose(connectionId: string, fence: number, problem: string): Promise<boolean>;
  /** Lets somebody else try. */
  release(connectionId: string, fence: number): Promise<boolean>;
}
