// How the records of a turn are kept on disk: what can be known from elsewhere, or stands in them twice, is left out.

import type { ExecutionIdentity, LogRecord, Then } from "./state.js";

/** Types of records by their place here; what is not here is written out. New ones go to the end. */
const TYPES = [
  "ExecutionStarted",
  "ExecutionSucceeded",
  "ExecutionFailed",
  "TaskStateEntered",
  "TaskStateExited",
  "PassStateEntered",
  "PassStateExited",
  "ChoiceStateEntered",
  "ChoiceStateExited",
  "WaitStateEntered",
  "WaitStateExited",
  "LambdaFunctionScheduled",
  "LambdaFunctionStarted",
  "LambdaFunctionSucceeded",
  "LambdaFunctionFailed",
  "TaskScheduled",
  "TaskStarted",
  "TaskSubmitted",
  "TaskSucceeded",
  "TaskFailed",
  "MapIterationStarted",
  "MapIterationSucceeded",
  "WaitScheduled",
  "RetryScheduled",
  "BranchEnded",
  "SucceedStateEntered",
  "SucceedStateExited",
];
const CODES = new Map(TYPES.map((type, code) => [type, code]));

/** Strings that are shorter than this are not worth a reference. */
const WORTH = 8;

/** A record: type, branch, distance of previousId (negative: no id), details, then, aside. Trailing zeros may be left out. */
type Packed = [
  type: number | string,
  branch: number,
  back: number,
  details?: unknown,
  then?: unknown,
  aside?: number,
];

/** The records of one turn as JSON text: the moment, the first event's id and the records. */
export function pack(records: LogRecord[]): string {
  const texts = new Map<string, number>();
  let text = `[${records[0]?.at ?? 0},${records.find(({ id }) => id > 0)?.id ?? 0}`;
  for (const record of records) text += `,${packRecord(record, texts)}`;
  return `${text}]`;
}

function packRecord(record: LogRecord, texts: Map<string, number>): string {
  const { type, branch, id, previousId, then, aside } = record;
  const details = then?.kind === "start" ? undefined : record.details;
  let text = `[${CODES.get(type) ?? JSON.stringify(type)},${branch},${id === 0 ? -1 - previousId : id - previousId}`;
  if (details === undefined && then === undefined && aside === undefined) return `${text}]`;
  text += details === undefined ? ",0" : `,${written(details, texts)}`;
  if (then !== undefined) text += `,${writtenThen(then, texts)}`;
  else if (aside === true) text += ",0";
  return aside === true ? `${text},1]` : `${text}]`;
}

function writtenThen(then: Then, texts: Map<string, number>): string {
  if (then.kind === "end") return "1";
  if (then.kind !== "start") return written(then, texts);
  const { region, state, timeoutSeconds } = then;
  return written({ kind: "start", region, state, timeoutSeconds }, texts);
}

/** JSON in which a text that has come before is its number, `{"$":3}`, and members that are null are left out. */
function written(value: unknown, texts: Map<string, number>): string {
  if (typeof value === "string") return writtenText(value, texts);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) {
    let items = "";
    for (const item of value) items += items === "" ? written(item, texts) : `,${written(item, texts)}`;
    return `[${items}]`;
  }
  let members = "";
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member === null || member === undefined) continue;
    members += `${members === "" ? "" : ","}${quoted(key)}:${written(member, texts)}`;
  }
  return `{${members}}`;
}

function writtenText(text: string, texts: Map<string, number>): string {
  if (text.length < WORTH) return JSON.stringify(text);
  const known = texts.get(text);
  if (known !== undefined) return `{"$":${known}}`;
  texts.set(text, texts.size);
  return JSON.stringify(text);
}

/** Names of members come again and again. */
const QUOTED = new Map<string, string>();
function quoted(key: string): string {
  const known = QUOTED.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify(key);
  if (QUOTED.size < 1_000) QUOTED.set(key, text);
  return text;
}

/** The records that pack has made a text of. @param identity of the execution whose they are */
export function unpack(text: string, identity: ExecutionIdentity): LogRecord[] {
  const [at, first, ...packed] = JSON.parse(text) as unknown[];
  const texts: string[] = [];
  let next = first as number;
  return (packed as Packed[]).map(([code, branch, back, details = 0, then = 0, aside = 0]) => {
    const id = back < 0 ? 0 : next;
    if (id > 0) next += 1;
    const record: LogRecord = {
      at: at as number,
      branch,
      id,
      previousId: back < 0 ? -1 - back : id - back,
      type: typeof code === "number" ? (TYPES[code] as string) : code,
    };
    if (details !== 0) record.details = resolve(details, texts) as Record<string, unknown>;
    if (then !== 0) record.then = unpackThen(then, texts, identity);
    if (record.then?.kind === "start") record.details = { input: identity.input, roleArn: identity.roleArn };
    if (aside === 1) record.aside = true;
    return record;
  });
}

function unpackThen(packed: unknown, texts: string[], identity: ExecutionIdentity): Then {
  if (packed === 1) return { kind: "end" };
  const then = resolve(packed, texts) as Then;
  switch (then.kind) {
    case "start":
      return { ...then, timeoutSeconds: then.timeoutSeconds ?? null, identity };
    case "task": {
      const none = { token: null, timeoutAt: null, heartbeatAt: null, heartbeatSeconds: null };
      const { call } = then.task;
      return {
        kind: "task",
        task: {
          ...none,
          ...then.task,
          call: call.kind === "lambda" ? { ...call, qualifier: call.qualifier ?? null } : call,
        },
      };
    }
    case "accept":
    case "heartbeat":
      return { ...then, heartbeatAt: then.heartbeatAt ?? null };
    case "redrive":
      return { ...then, timeoutAt: then.timeoutAt ?? null };
    default:
      return then;
  }
}

function resolve(value: unknown, texts: string[]): unknown {
  if (typeof value === "string") {
    if (value.length >= WORTH) texts.push(value);
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, texts));
  if (typeof value !== "object" || value === null) return value;
  const { $: reference } = value as { $?: unknown };
  if (typeof reference === "number") return texts[reference];
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value))
    define(copy, key, resolve((value as Record<string, unknown>)[key], texts));
  return copy;
}

/** Variables may be called anything, `__proto__` too. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
