import type { Caller } from "@longhaul/runs";
import type { Context, WatchCount } from "../context.js";
import { ApiError } from "../errors.js";

/** The context of a procedure that a member of an organisation calls. */
export type MemberContext = Context & { caller: Caller & { claims: { exp: number } } };

/** How many live views one connection may hold open. */
const watchesPerConnection = 100;

/** For whom a view is: one member, as long as the token says. */
export class Viewer {
  /** When the token ends, in milliseconds. */
  readonly expiresAt: number;

  constructor(
    readonly caller: Caller & { claims: { exp: number } },
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
export function viewerOf({ watches, caller }: MemberContext): Viewer {
  if (watches.open >= watchesPerConnection) throw new ApiError("TOO_MANY_WATCHES");
  watches.open += 1;
  return new Viewer(caller, watches);
}
