// How the records of a turn are kept on disk: what can be known from elsewhere, or stands in them twice, is left out.

import type { ExecutionIdentity, LogRecord, PendingTask, Then } from "./state.js";

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

/** A record: type, branch, distance of previousId (negative: no id), details, then, aside. Trailing zeros are left out. */
type Packed = [type: number | string, branch: number, back: number, details: unknown, then: unknown, aside: number];

/** The records of one turn as a JSON value: the moment, the first event's id and the records. */
export function pack(records: LogRecord[]): unknown[] {
  const texts = new Map<string, number>();
  const first = records.find(({ id }) => id > 0)?.id ?? 0;
  return [records[0]?.at ?? 0, first, ...records.map((record) => packRecord(record, texts))];
}

function packRecord(record: LogRecord, texts: Map<string, number>): unknown[] {
  const { type, branch, id, previousId, details, then, aside } = record;
  const started = then?.kind === "start";
  const packed: Packed = [
    CODES.get(type) ?? type,
    branch,
    id === 0 ? -1 - previousId : id - previousId,
    details === undefined || started ? 0 : refer(details, texts),
    then === undefined ? 0 : packThen(then, texts),
    aside === true ? 1 : 0,
  ];
  let length = packed.length;
  while (length > 3 && packed[length - 1] === 0) length -= 1;
  return length === packed.length ? packed : packed.slice(0, length);
}

function packThen(then: Then, texts: Map<string, number>): unknown {
  if (then.kind === "end") return 1;
  if (then.kind === "start") {
    const { region, state, timeoutSeconds } = then;
    return { kind: "start", region, state, timeoutSeconds };
  }
  if (then.kind !== "task") return refer(then, texts);
  const known = Object.entries(then.task).filter(([, value]) => value !== null);
  return { kind: "task", task: refer(Object.fromEntries(known), texts) };
}

/** A copy in which a text that has come before is its number: `{"$": 3}`. */
function refer(value: unknown, texts: Map<string, number>): unknown {
  if (typeof value === "string") {
    if (value.length < WORTH) return value;
    const known = texts.get(value);
    if (known !== undefined) return { $: known };
    texts.set(value, texts.size);
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => refer(item, texts));
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) define(copy, key, refer((value as Record<string, unknown>)[key], texts));
  return copy;
}

/** The records that pack has made a value of. @param identity of the execution whose they are */
export function unpack([at, first, ...packed]: unknown[], identity: ExecutionIdentity): LogRecord[] {
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
  const then = packed as { kind: string; task?: unknown };
  if (then.kind === "start") return { ...(packed as Extract<Then, { kind: "start" }>), identity };
  if (then.kind !== "task") return resolve(packed, texts) as Then;
  const task = resolve(then.task, texts) as Pick<PendingTask, "call"> & Partial<PendingTask>;
  const none = { token: null, timeoutAt: null, heartbeatAt: null, heartbeatSeconds: null };
  const call = task.call.kind === "lambda" ? { qualifier: null, ...task.call } : task.call;
  return { kind: "task", task: { ...none, ...task, call } as Omit<PendingTask, "id" | "accepted"> };
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
  for (const key of Object.keys(value)) define(copy, key, resolve((value as Record<string, unknown>)[key], texts));
  return copy;
}

/** Variables may be called anything, `__proto__` too. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
