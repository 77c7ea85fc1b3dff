import { randomUUID } from "node:crypto";
import type { EventPattern, RuleSpec } from "@longhaul/functions/manifest";
import type { Lambda } from "../lambda/service.js";
import type { Account } from "../lambda/names.js";
import type { Logger } from "../log.js";

/** An event as EventBridge hands it to its targets. Source: "EventBridge event structure". */
export interface BusEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export type NewEvent = Pick<BusEvent, "detail-type" | "source" | "detail"> &
  Partial<Pick<BusEvent, "resources" | "time">>;

export interface EventBus {
  /** Gives the event to the target of each rule that it matches; `delivered` rejects when one could not take it. */
  put(event: NewEvent): { readonly id: string; readonly delivered: Promise<void> };
  rules(): readonly RuleSpec[];
  /**
   * Runs the targets of the scheduled rules at their rate, and after the first minute, for a laptop may not be on for long.
   *
   * @param options.behind whether something may have gone wrong while nothing ran: what mends that is run at once too
   */
  startClock(options: { readonly behind: boolean }): void;
  close(): Promise<void>;
}

const tries = 3;
const firstTickMs = 60_000;

/** The default event bus with the rules that are given: what infra deploys as EventBridge rules. */
export function createEventBus(
  options: Account & {
    readonly rules: readonly RuleSpec[];
    readonly lambda: Lambda;
    readonly logger: Logger;
  },
): EventBus {
  const { rules, lambda, logger, region, accountId } = options;
  const timers: NodeJS.Timeout[] = [];
  const busy = new Set<string>();
  let closed = false;

  function complete(event: NewEvent): BusEvent {
    const time = event.time ?? new Date().toISOString().replace(/\.\d+Z$/, "Z");
    return { version: "0", id: randomUUID(), resources: [], account: accountId, region, ...event, time };
  }

  /** Tries again at once, a few times: what is still not delivered then is the reconciler's to find. */
  async function deliver(target: string, event: BusEvent): Promise<void> {
    let problem: unknown;
    for (let attempt = 0; attempt < tries && !closed; attempt += 1) {
      try {
        const result = await lambda.invoke({ functionName: target, payload: JSON.stringify(event) });
        if (result.functionError === undefined) return;
        problem = result.payload;
      } catch (error) {
        problem = error;
      }
    }
    if (closed) throw new Error("The event bus was closed before the event was taken.");
    logger.error(`The function ${target} failed on an event ${tries} times.`, { event: event.id, problem });
    throw new Error(`The function ${target} could not take the event ${event.id}.`, { cause: problem });
  }

  async function tick(rule: RuleSpec): Promise<void> {
    // A slow target is not started on top of itself: the next tick comes soon enough.
    if (busy.has(rule.name)) return;
    busy.add(rule.name);
    const resources = [ruleArn(options, rule.name)];
    const event = complete({ source: "aws.events", "detail-type": "Scheduled Event", resources, detail: {} });
    await deliver(rule.target, event).catch(() => {});
    busy.delete(rule.name);
  }

  return {
    rules: () => rules,
    put(given) {
      const event = complete(given);
      const matching = rules.filter((rule) => "pattern" in rule && matches(rule.pattern, { ...event }));
      const deliveries = matching.map((rule) => deliver(rule.target, event));
      return { id: event.id, delivered: Promise.all(deliveries).then(() => undefined) };
    },
    startClock({ behind }) {
      for (const rule of rules) {
        if (!("everySeconds" in rule)) continue;
        const run = () => void tick(rule);
        const rateMs = rule.everySeconds * 1000;
        if (behind && rule.mends === true) run();
        if (rateMs > firstTickMs) timers.push(setTimeout(run, firstTickMs));
        timers.push(setInterval(run, rateMs));
      }
    },
    async close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
    },
  };
}

export function ruleArn({ region, accountId }: Account, name: string): string {
  return `arn:aws:events:${region}:${accountId}:rule/${name}`;
}

/** Whether each field that the pattern names holds one of its values; a list field, any of them. */
export function matches(pattern: EventPattern, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(pattern).every(([field, wanted]) => {
    const found = Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
    if (!isValues(wanted)) return matches(wanted, found);
    const values: unknown[] = Array.isArray(found) ? found : [found];
    return values.some((one) => wanted.some((allowed) => allowed === one));
  });
}

function isValues(wanted: EventPattern[string]): wanted is readonly (string | number | boolean | null)[] {
  return Array.isArray(wanted);
}
