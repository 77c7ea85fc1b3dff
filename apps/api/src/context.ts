import type { Claims, Verifier } from "@longhaul/auth";
import type { Connections } from "@longhaul/connections";
import type { Database } from "@longhaul/db";
import type { Capability } from "@longhaul/kit";
import type { AddressRules, RunsDependencies } from "@longhaul/runs";
import type { Clock } from "./clock.js";
import type { Feed } from "./feed/feed.js";
import type { Logger } from "./logger.js";
import type { RateLimiter } from "./rest/rate-limit.js";
import type { StorageLinks } from "./storage.js";

/** What the procedures use; made once per process. */
export interface Services {
  db: Database;
  verifier: Verifier;
  runs: RunsDependencies;
  feed: Feed;
  storage: StorageLinks;
  /** Null where they are not set up. */
  connections: Connections | null;
  capabilities: ReadonlySet<Capability>;
  clock: Clock;
  log: Logger;
  rates: Rates;
  /** The addresses that webhooks may have. */
  webhookRules: AddressRules;
  /** Where whoever is invited joins, which they are mailed; null where nothing is. */
  joinLink: string | null;
  /** Sends what is queued, in the background and not twice at once. */
  dispatchSoon(): void;
}

/** How often each person may do something over the network. */
export interface Rates {
  /** Queries and mutations, each by themselves. */
  readonly calls: RateLimiter;
  /** Live views that are opened, be it for the first time or again. */
  readonly views: RateLimiter;
}

/** Who asks, as far as the token tells. */
export type Identity =
  | { kind: "anonymous" }
  | { kind: "verified"; claims: Claims; token: string }
  | { kind: "refused"; code: "TOKEN_EXPIRED" | "TOKEN_INVALID" | "KEYS_UNAVAILABLE" };

/** What a procedure knows of its call. */
export interface Context {
  services: Services;
  identity: Identity;
  correlationId: string;
  log: Logger;
  /** The live views of this call's connection; one connection may hold only so many. */
  watches: WatchCount;
  /** The calls of this connection that are under way. */
  calls: CallCount;
  /** Null where calls are not counted: within this process, and behind a door that has counted already. */
  rates: Rates | null;
}

export interface WatchCount {
  open: number;
}

export interface CallCount {
  open: number;
  readonly most: number;
}
