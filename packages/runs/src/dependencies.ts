import type { SFNClient } from "@aws-sdk/client-sfn";
import type { Database, Taken } from "@longhaul/db";
import type { Role } from "@longhaul/kit";
import type { Bell } from "./bell.js";
import type { RunQueue } from "./queue.js";
import type { ScheduleClock } from "./schedules/scheduler.js";
import type { SecretSealing } from "./webhooks/secrets.js";

/** The part of a logger that the use cases need; pino's fits. */
export interface RunsLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Who sends what starts find to be sent. */
export interface StartDispatcher {
  /** Sends these, which are held for it. */
  send(taken: Taken): void;
  /** Looks at the queue. */
  soon(): void;
}

/** What the use cases work with; given by the entry (API, Lambda, test). */
export interface RunsDependencies {
  /** A connection that may take the roles that its use cases need: `authenticated`, `longhaul_dispatcher`. */
  db: Database;
  sfn: SFNClient;
  /** The ARN of the published version that starts a workflow's runs, by workflow name. */
  stateMachines: Readonly<Record<string, string>>;
  /** The way of the queued lane. Without it, its runs are sent as those of the direct lane are. */
  queue?: RunQueue | undefined;
  /** What keeps the time of schedules. Without it they are kept, and do not fire. */
  clock?: ScheduleClock | undefined;
  /** Makes the sender of webhooks look at once. Without it, it looks each minute. */
  bell?: Bell | undefined;
  /** The same for the sender of invitations. */
  invitationBell?: Bell | undefined;
  /** Seals the secrets of webhooks, and opens them. Without it none are made, and messages of sealed ones are not sent. */
  sealing?: SecretSealing | undefined;
  /** Sends what was started, in the background. Without it, a start leaves that to whoever looks at the queue next. */
  dispatcher?: StartDispatcher | undefined;
  logger: RunsLogger;
}

/** A verified member of the organisation for which something is done. */
export interface Caller {
  userId: string;
  organisationId: string;
  role: Role;
  claims: Record<string, unknown>;
}
