import { AwsError } from "@longhaul/stepfunctions";
import type { z } from "zod";
import type { Account } from "../lambda/names.js";
import type { Lambda } from "../lambda/service.js";
import type { Logger } from "../log.js";
import { type Records, RecordStore } from "../store/record-store.js";
import { keyOf, nextFiring, SchedulerClock } from "./clock.js";
import { conflict, invalid, notFound } from "./errors.js";
import { type Group, nameSchema, type Schedule, type Settings, settingsSchema } from "./records.js";

export interface SchedulerRequest {
  readonly method: string;
  /** Decoded segments of the path. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The body. @throws AwsError when it is no JSON object */
  readonly input: () => Record<string, unknown>;
}

export interface SchedulerOptions extends Account {
  readonly folder: string;
  readonly lambda: Pick<Lambda, "invoke">;
  readonly logger: Logger;
  readonly now?: () => number;
}

const defaultGroup = "default";

/** EventBridge Scheduler: schedules in groups, kept in a folder, that call functions. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #store: RecordStore;
  readonly #schedules: Records<Schedule>;
  readonly #groups: Records<Group>;
  readonly #clock: SchedulerClock;
  readonly #now: () => number;

  /** Makes the folder if it is missing. Nothing fires before {@link startClock}. */
  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#store = new RecordStore(options.folder, 2);
    this.#schedules = this.#store.table<Schedule>("schedules");
    this.#groups = this.#store.table<Group>("groups");
    const { lambda, logger } = options;
    const call = async (functionName: string, payload: string) => {
      const { functionError, payload: said } = await lambda.invoke({ functionName, payload });
      if (functionError !== undefined) throw new Error(`${functionName} failed: ${said}`);
    };
    const arnOf = (schedule: Schedule) => this.#arn(schedule);
    this.#clock = new SchedulerClock({ schedules: this.#schedules, arnOf, call, logger, now: this.#now });
  }

  startClock(): void {
    this.#clock.start();
  }

  async close(): Promise<void> {
    this.#clock.close();
    await this.#store.close();
  }

  /** Answers a request of Scheduler's REST API; undefined where it has no such operation. @throws AwsError */
  async handle({ method, segments, query, input }: SchedulerRequest): Promise<object | undefined> {
    const [kind, name, ...deeper] = segments;
    if (deeper.length > 0 || (kind !== "schedules" && kind !== "schedule-groups")) return undefined;
    if (name === undefined) {
      if (method !== "GET") return undefined;
      return kind === "schedules" ? this.#list(query) : this.#listGroups(query);
    }
    if (!nameSchema.safeParse(name).success)
      throw invalid(`${name.slice(0, 80)} is no name of a schedule or group.`);
    if (kind === "schedule-groups") return this.#group(method, name);
    switch (method) {
      case "POST":
        return this.#create(name, input());
      case "PUT":
        return this.#update(name, input());
      case "GET":
        return this.#shown(this.#find(name, query.get("groupName")));
      case "DELETE":
        await this.#schedules.remove(keyOf(this.#find(name, query.get("groupName"))));
        return {};
      default:
        return undefined;
    }
  }

  async #create(name: string, input: Record<string, unknown>): Promise<object> {
    const settings = this.#settings(input);
    const now = this.#now();
    const schedule = { name, settings, created: now, modified: now, firings: [] };
    if (this.#schedules.get(keyOf(schedule))) throw conflict("Schedule", name);
    return this.#put({ ...schedule, next: nextFiring(schedule, now) });
  }

  async #update(name: string, input: Record<string, unknown>): Promise<object> {
    const settings = this.#settings(input);
    const present = this.#find(name, settings.GroupName);
    const now = this.#now();
    const changed = { ...present, settings, modified: now };
    return this.#put({ ...changed, next: nextFiring(changed, now) });
  }

  async #put(schedule: Schedule): Promise<object> {
    await this.#schedules.put(keyOf(schedule), schedule);
    this.#clock.look();
    return { ScheduleArn: this.#arn(schedule) };
  }

  /** @throws AwsError ValidationException, ResourceNotFoundException for the group */
  #settings(input: Record<string, unknown>): Settings {
    const settings = parse(settingsSchema, input);
    const { Target, GroupName, StartDate, EndDate } = settings;
    if ("DeadLetterConfig" in ((input["Target"] as object | undefined) ?? {}))
      throw invalid("The local Scheduler has no dead-letter queues: leave DeadLetterConfig out.");
    const { region, accountId } = this.#options;
    if (!Target.Arn.startsWith(`arn:aws:lambda:${region}:${accountId}:function:`))
      throw invalid(
        `Target ${Target.Arn.slice(0, 200)} is no function of this account: the local Scheduler calls no other.`,
      );
    if (StartDate !== undefined && EndDate !== undefined && StartDate > EndDate)
      throw invalid("The StartDate must come before the EndDate.");
    if (GroupName !== defaultGroup && !this.#groups.get(GroupName))
      throw notFound("Schedule group", GroupName);
    // An expression that is none is refused here, whatever the state.
    nextFiring({ settings: { ...settings, State: "ENABLED" }, created: this.#now() }, this.#now());
    return settings;
  }

  #find(name: string, group: string | null): Schedule {
    const schedule = this.#schedules.get(`${group ?? defaultGroup}/${name}`);
    if (!schedule) throw notFound("Schedule", name);
    return schedule;
  }

  #list(query: URLSearchParams): object {
    const [group, prefix, state] = [
      query.get("ScheduleGroup"),
      query.get("NamePrefix") ?? "",
      query.get("State"),
    ];
    const all = this.#schedules
      .values()
      .filter(({ settings }) => group === null || settings.GroupName === group)
      .filter(
        ({ name, settings }) => name.startsWith(prefix) && (state === null || settings.State === state),
      );
    const { page, next } = paged(all, keyOf, query);
    const Schedules = page.map((schedule) => {
      const { Arn, CreationDate, GroupName, LastModificationDate, Name, State, Target } =
        this.#shown(schedule);
      return { Arn, CreationDate, GroupName, LastModificationDate, Name, State, Target: { Arn: Target.Arn } };
    });
    return { Schedules, ...next };
  }

  async #group(method: string, name: string): Promise<object | undefined> {
    const present = this.#groups.get(name) ?? (name === defaultGroup ? { name, created: 0 } : undefined);
    if (method === "POST") {
      if (present) throw conflict("Schedule group", name);
      const group = { name, created: this.#now() };
      await this.#groups.put(name, group);
      return { ScheduleGroupArn: this.#groupArn(name) };
    }
    if (!present) throw notFound("Schedule group", name);
    if (method === "GET") return this.#shownGroup(present);
    if (method !== "DELETE") return undefined;
    if (name === defaultGroup) throw invalid("The default schedule group cannot be deleted.");
    for (const schedule of this.#schedules.values())
      if (schedule.settings.GroupName === name) await this.#schedules.remove(keyOf(schedule));
    await this.#groups.remove(name);
    return {};
  }

  #listGroups(query: URLSearchParams): object {
    const prefix = query.get("NamePrefix") ?? "";
    const all = [{ name: defaultGroup, created: 0 }, ...this.#groups.values()];
    const { page, next } = paged(
      all.filter(({ name }) => name.startsWith(prefix)),
      ({ name }) => name,
      query,
    );
    return { ScheduleGroups: page.map((group) => this.#shownGroup(group)), ...next };
  }

  #shown(schedule: Schedule) {
    const { name, settings, created, modified } = schedule;
    return {
      ...settings,
      Arn: this.#arn(schedule),
      Name: name,
      CreationDate: created / 1000,
      LastModificationDate: modified / 1000,
    };
  }

  #shownGroup({ name, created }: Group): object {
    const CreationDate = created / 1000;
    return {
      Arn: this.#groupArn(name),
      Name: name,
      State: "ACTIVE",
      CreationDate,
      LastModificationDate: CreationDate,
    };
  }

  #arn({ name, settings }: Pick<Schedule, "name" | "settings">): string {
    const { region, accountId } = this.#options;
    return `arn:aws:scheduler:${region}:${accountId}:schedule/${settings.GroupName}/${name}`;
  }

  #groupArn(name: string): string {
    const { region, accountId } = this.#options;
    return `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;
  }
}

/** The page that a list's request asks for, by a token that names the last one of the page before. */
function paged<T>(all: readonly T[], key: (one: T) => string, query: URLSearchParams) {
  const most = Number(query.get("MaxResults") ?? 100);
  if (!Number.isInteger(most) || most < 1 || most > 100) throw invalid("MaxResults must be from 1 to 100.");
  const token = query.get("NextToken");
  const after = token === null ? "" : Buffer.from(token, "base64url").toString();
  const rest = all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).filter((one) => key(one) > after);
  const page = rest.slice(0, most);
  const last = page.at(-1);
  const next =
    rest.length > page.length && last ? { NextToken: Buffer.from(key(last)).toString("base64url") } : {};
  return { page, next };
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AwsError("ValidationException", `${issue?.path.join(".") || "The request"}: ${issue?.message}`);
}
