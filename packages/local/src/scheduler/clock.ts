import { randomUUID } from "node:crypto";
import type { Logger } from "../log.js";
import type { Records } from "../store/record-store.js";
import { parseExpression } from "./expression.js";
import type { Firing, Schedule } from "./records.js";

export interface ClockOptions {
  readonly schedules: Records<Schedule>;
  readonly arnOf: (schedule: Schedule) => string;
  /** Calls the function of an ARN. Rejects where it could not be called, or failed. */
  readonly call: (arn: string, payload: string) => Promise<void>;
  readonly logger: Logger;
  readonly now?: () => number;
}

/** The clock of the machine may be set, or the machine sleep: the next firing is looked for at least this often. */
const longestWaitMs = 30_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** The key under which a schedule is kept. */
export function keyOf({ name, settings }: Pick<Schedule, "name" | "settings">): string {
  return `${settings.GroupName}/${name}`;
}

/** When a schedule with these settings fires next, after a moment. */
export function nextFiring(
  { settings, created }: Pick<Schedule, "settings" | "created">,
  after: number,
): number | null {
  if (settings.State === "DISABLED") return null;
  const { StartDate = 0, EndDate, FlexibleTimeWindow: window } = settings;
  const expression = parseExpression(settings.ScheduleExpression, settings.ScheduleExpressionTimezone);
  const from = Math.max(created, StartDate * 1000);
  const next = expression.next(Math.max(after, StartDate * 1000 - 1), from);
  if (next === null || (EndDate !== undefined && next > EndDate * 1000)) return null;
  return window.Mode === "OFF" ? next : next + Math.random() * window.MaximumWindowInMinutes * 60_000;
}

/**
 * Fires schedules. A firing is on disk before its target is called and is forgotten when the target has taken it, so that
 * it may come twice and never not at all. Of the firings that were missed while the cloud was not running, one is made up for.
 */
export class SchedulerClock {
  readonly #options: ClockOptions;
  readonly #now: () => number;
  readonly #running = new Set<string>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  #timer: NodeJS.Timeout | null = null;
  #started = false;
  #closed = false;

  constructor(options: ClockOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Fires from now on, beginning with what a stop has interrupted. */
  start(): void {
    this.#started = true;
    this.look();
  }

  /** Fires what is due, and waits for what comes next. To be called after each change of a schedule. */
  look(): void {
    if (!this.#started || this.#closed) return;
    if (this.#timer) clearTimeout(this.#timer);
    const now = this.#now();
    for (const schedule of this.#options.schedules.values()) {
      if (schedule.next !== null && schedule.next <= now) void this.#fire(schedule, schedule.next, now);
      else for (const firing of schedule.firings) void this.#deliver(keyOf(schedule), firing.id);
    }
    const moments = this.#options.schedules.values().flatMap(({ next }) => (next === null ? [] : [next]));
    const wait = Math.min(longestWaitMs, Math.max(0, Math.min(...moments) - this.#now()));
    this.#timer = setTimeout(() => this.look(), wait);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const pause of this.#pauses) clearTimeout(pause);
  }

  async #fire(schedule: Schedule, due: number, now: number): Promise<void> {
    const firing: Firing = { id: randomUUID(), time: due, tries: 0 };
    const next = nextFiring(schedule, now);
    await this.#options.schedules.put(keyOf(schedule), {
      ...schedule,
      next,
      firings: [...schedule.firings, firing],
    });
    await this.#deliver(keyOf(schedule), firing.id);
  }

  async #deliver(key: string, id: string): Promise<void> {
    if (this.#running.has(id)) return;
    this.#running.add(id);
    try {
      while (!this.#closed && (await this.#try(key, id))) {
        // Once more, after the pause that it took.
      }
    } catch (error) {
      this.#options.logger.error("A schedule could not be fired.", { schedule: key, error });
    } finally {
      this.#running.delete(id);
    }
  }

  /** @returns whether it is to be tried again. */
  async #try(key: string, id: string): Promise<boolean> {
    const schedule = this.#options.schedules.get(key);
    const firing = schedule?.firings.find((one) => one.id === id);
    if (!schedule || !firing) return false;
    const { Arn, Input, RetryPolicy } = schedule.settings.Target;
    const { call, arnOf, logger } = this.#options;
    const tries = firing.tries + 1;
    try {
      await call(Arn, Input === undefined ? "{}" : filled(Input, arnOf(schedule), { ...firing, tries }));
    } catch (error) {
      const tooOld = this.#now() - firing.time > RetryPolicy.MaximumEventAgeInSeconds * 1000;
      if (tries <= RetryPolicy.MaximumRetryAttempts && !tooOld) {
        await this.#keep(key, id, { ...firing, tries });
        await this.#pause(Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1)));
        return true;
      }
      logger.error("A schedule's target failed too often; the firing is dropped.", { schedule: key, error });
    }
    await this.#keep(key, id, null);
    return false;
  }

  /** Keeps what has become of a firing; null forgets it, and with it a schedule that is complete and to be deleted. */
  async #keep(key: string, id: string, firing: Firing | null): Promise<void> {
    const { schedules } = this.#options;
    const schedule = schedules.get(key);
    if (!schedule) return;
    const firings = schedule.firings.flatMap((one) => (one.id !== id ? [one] : firing ? [firing] : []));
    const complete = firings.length === 0 && schedule.next === null && schedule.settings.State === "ENABLED";
    if (complete && schedule.settings.ActionAfterCompletion === "DELETE") await schedules.remove(key);
    else await schedules.put(key, { ...schedule, firings });
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const pause = setTimeout(() => {
        this.#pauses.delete(pause);
        resolve();
      }, milliseconds);
      this.#pauses.add(pause);
    });
  }
}

/** The target's input with what the keywords of "Adding context attributes" stand for. */
function filled(input: string, arn: string, { id, time, tries }: Firing): string {
  const context: Record<string, string> = {
    "schedule-arn": arn,
    "scheduled-time": new Date(time).toISOString().replace(/\.\d+Z$/, "Z"),
    "execution-id": id,
    "attempt-number": String(tries),
  };
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (keyword, name: string) => context[name] ?? keyword);
}
