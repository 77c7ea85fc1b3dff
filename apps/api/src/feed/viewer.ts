import type { Claims } from "@longhaul/auth";
import type { Context, WatchCount } from "../context.js";
import { ApiError } from "../errors.js";

/** Who would watch what belongs to an organisation: the claims say that they are its member, the database knows. */
export interface Watcher {
  readonly userId: string;
  readonly organisationId: string;
  readonly claims: Claims;
}

/** The context of a procedure that opens a live view. */
export type WatchContext = Context & { caller: Watcher };

/** How many live views one connection may hold open. */
const watchesPerConnection = 100;

/** For whom a view is: one person, as long as the token says. */
export class Viewer {
  /** When the token ends, in milliseconds. */
  readonly expiresAt: number;

  constructor(
    readonly caller: Watcher,
    private readonly watches: WatchCount,
  ) {
    this.expiresAt = caller.claims.exp * 1000;
  }

  get userId(): string {
    return this.caller.userId;
  }

  get organisationId(): string {
    return this.caller.organisationId;
  }

  /** Ends the count that {@link viewerOf} began. */
  leave(): void {
    this.watches.open -= 1;
  }
}

/** @throws ApiError TOO_MANY_WATCHES */
export function viewerOf({ watches, caller }: WatchContext): Viewer {
  if (watches.open >= watchesPerConnection) throw new ApiError("TOO_MANY_WATCHES");
  watches.open += 1;
  return new Viewer(caller, watches);
}
