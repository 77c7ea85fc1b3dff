// What the fields of a visit see: its input and result, the context object and the variables.

import type { Json } from "../json-text.js";
import type { Randomness } from "../language/randomness.js";
import type { PathScope, Scope } from "../language/scope.js";
import type { Branch, Visit } from "./state.js";
import type { Turn } from "./turn.js";

export interface MapItem {
  index: number;
  text: string;
  /** Of an object's member. */
  key?: string;
  /** Where an item of a map run comes from: STATE_DATA, or an S3 URI. */
  source?: string;
}

/** The context object's part for a Map's item. */
function mapContext(item: MapItem | undefined): Record<string, unknown> {
  if (item === undefined) return {};
  const { index, text, key, source } = item;
  const value: unknown = JSON.parse(text);
  const named = key === undefined ? {} : { Key: key };
  const found = source === undefined ? {} : { Source: source };
  return { Map: { Item: { Index: index, ...named, Value: value, ...found } } };
}

/** What a field sees besides its visit. */
export interface Seen {
  result?: Json;
  errorOutput?: unknown;
  /** The task's token. */
  token?: string;
  /** The item that a Map's ItemSelector is for. */
  item?: MapItem;
}

/** A moment as the context object writes it. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
function contextObject(
  turn: Turn,
  branch: Branch,
  visit: Visit,
  { token, item }: Seen,
): Record<string, unknown> {
  if (turn.givenContext !== undefined) return { ...turn.givenContext, ...mapContext(item) };
  const retries = "retriers" in turn.definition(branch, visit.state);
  const { identity, redriveCount, redrivenAt } = turn.state;
  const context: Record<string, unknown> = {
    Execution: {
      Id: identity.arn,
      Input: JSON.parse(identity.input) as unknown,
      StartTime: isoTime(identity.startedAt),
      Name: identity.name,
      RoleArn: identity.roleArn,
      // As recorded on AWS.
      ...(identity.sync === true ? {} : { RedriveCount: redriveCount }),
      ...(redrivenAt === null ? {} : { RedriveTime: isoTime(redrivenAt) }),
    },
    StateMachine: { Id: identity.machineArn, Name: identity.machineName },
    State: {
      Name: visit.state,
      EnteredTime: isoTime(visit.enteredAt),
      ...(retries ? { RetryCount: visit.retryCount } : {}),
    },
  };
  if (token !== undefined) context.Task = { Token: token };
  return Object.assign(context, mapContext(item ?? itemOf(turn, branch)));
}

/** The innermost Map's item that a branch works on. */
function itemOf(turn: Turn, branch: Branch): MapItem | undefined {
  for (let at: Branch | undefined = branch; at !== undefined; at = turn.parentOf(at))
    if (at.item !== null) return { index: at.index, text: at.item };
  return undefined;
}

export class VisitScope implements Scope {
  readonly state: string;
  readonly states: VisitStates;

  constructor(
    private readonly turn: Turn,
    private readonly branch: Branch,
    visit: Visit,
    seen: Seen,
  ) {
    this.state = visit.state;
    this.states = new VisitStates(turn, branch, visit, seen);
  }

  get at(): number {
    return this.turn.event.at;
  }

  get random(): Randomness {
    return this.turn.random;
  }

  variable(name: string): string | undefined {
    return this.turn.variable(this.branch, name);
  }

  write(value: unknown): string {
    return this.turn.memo.write(value);
  }
}

/** Members parse when they are read, once. What a member is absent from reads as undefined. */
class VisitStates {
  private parsedInput: unknown;
  private made: Record<string, unknown> | undefined;

  constructor(
    private readonly turn: Turn,
    private readonly branch: Branch,
    private readonly visit: Visit,
    private readonly seen: Seen,
  ) {}

  get input(): unknown {
    this.parsedInput ??= this.turn.memo.read(this.visit.input);
    return this.parsedInput;
  }

  get context(): unknown {
    this.made ??= contextObject(this.turn, this.branch, this.visit, this.seen);
    return this.made;
  }

  get result(): unknown {
    return this.seen.result?.value;
  }

  get errorOutput(): unknown {
    return this.seen.errorOutput;
  }
}

export class VisitPathScope implements PathScope {
  readonly state: string;
  private made: unknown;

  constructor(
    private readonly turn: Turn,
    private readonly branch: Branch,
    private readonly visit: Visit,
    private readonly document: Json,
    private readonly seen: Seen,
  ) {
    this.state = visit.state;
  }

  get data(): unknown {
    return this.document.value;
  }

  get text(): string {
    return this.document.text;
  }

  get random(): Randomness {
    return this.turn.random;
  }

  get context(): unknown {
    this.made ??= contextObject(this.turn, this.branch, this.visit, this.seen);
    return this.made;
  }

  variable(name: string): string | undefined {
    return this.turn.variable(this.branch, name);
  }
}
