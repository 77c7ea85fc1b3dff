// How the records of a turn are kept on disk: what can be known from elsewhere, or stands in them twice, is left out.

import { quoted } from "../json.js";
import { type Form, type Place, Said } from "./pack-form.js";
import { FORMS } from "./pack-forms.js";
import type { ExecutionIdentity, LogRecord, Then } from "./state.js";
import type { Words } from "./words.js";

/** Types of records by their place here; what is not here is written out. New ones go to the end. */
const TYPES = [
  ...FORMS.keys(),
  "ExecutionFailed",
  "LambdaFunctionFailed",
  "TaskSubmitted",
  "TaskFailed",
  "MapIterationStarted",
  "MapIterationSucceeded",
  "WaitScheduled",
  "RetryScheduled",
  "BranchEnded",
];
const CODES = new Map(TYPES.map((type, code) => [type, code]));

/** Strings that are shorter than this are not worth a reference. */
const WORTH = 8;

/**
 * A record that has a form, with its slots: its code alone where it has none, is of the branch of the record before it
 * and follows that branch's last event. `back`: distance of previousId (negative: no id).
 */
type Formed = number | [code: number, branch: number, back: number, ...slots: unknown[]];

/** Any other record. Trailing zeros may be left out. */
type General = [
  type: number | string,
  branch: number,
  back: number,
  details?: unknown,
  then?: unknown,
  aside?: number,
  response?: unknown,
];

/** The records of one turn as JSON text: the moment, the first event's id and the records. */
export function pack(records: LogRecord[], words: Words): string {
  const place = { at: records[0]?.at ?? 0, said: new Said(), words };
  const texts = new Map<string, number>();
  let text = `[${place.at},${firstId(records)}`;
  for (const record of records) text += `,${packRecord(record, place, texts)}`;
  return `${text}]`;
}

function firstId(records: LogRecord[]): number {
  for (const { id } of records) if (id > 0) return id;
  return 0;
}

function packRecord(record: LogRecord, place: Place, texts: Map<string, number>): string {
  const { type, branch, id, previousId } = record;
  const { said } = place;
  const form = formOf(record);
  const before = said.branch;
  said.branch = branch;
  if (form === undefined) return general(record, texts);
  const code = CODES.get(type) as number;
  const slots = form.write(record, place);
  if (slots === "" && branch === before && id - previousId === 1) return String(code);
  return `[${code},${branch},${id - previousId}${slots}]`;
}

function formOf(record: LogRecord): Form | undefined {
  const { type, id, aside, then } = record;
  const form = aside === true || id === 0 ? undefined : FORMS.get(type);
  if (form?.thens.includes(then?.kind) !== true) return undefined;
  return form.fits === undefined || form.fits(record) ? form : undefined;
}

function general(record: LogRecord, texts: Map<string, number>): string {
  const { type, branch, id, previousId, details, then, aside, response } = record;
  // A type that has a form is written out where its form is not used.
  const name = FORMS.has(type) ? undefined : CODES.get(type);
  const parts = [
    details === undefined ? "0" : written(details, texts),
    then === undefined ? "0" : written(then, texts),
    aside === true ? "1" : "0",
    response === undefined ? "0" : written(response, texts),
  ];
  while (parts.at(-1) === "0") parts.pop();
  const back = id === 0 ? -1 - previousId : id - previousId;
  return `[${[name ?? JSON.stringify(type), branch, back, ...parts].join(",")}]`;
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

/** The records that pack has made a text of. @param identity of the execution whose they are */
export function unpack(text: string, identity: ExecutionIdentity, words: Words): LogRecord[] {
  const [at, first, ...packed] = JSON.parse(text) as [number, number, ...(Formed | General)[]];
  const place = { at, said: new Said(), words, identity };
  const texts: string[] = [];
  let next = first;
  return packed.map((given) => {
    const [code, branch, back, ...rest] = typeof given === "number" ? [given, place.said.branch, 1] : given;
    place.said.branch = branch;
    const id = back < 0 ? 0 : next;
    if (id > 0) next += 1;
    const type = typeof code === "number" ? (TYPES[code] as string) : code;
    const previousId = back < 0 ? -1 - back : id - back;
    const record: LogRecord = { at, branch, id, previousId, type };
    const form: Form | undefined = typeof code === "number" ? FORMS.get(type) : undefined;
    return Object.assign(record, form === undefined ? generalBody(rest, texts) : form.read(rest, place));
  });
}

function generalBody(
  [details = 0, then = 0, aside = 0, response = 0]: unknown[],
  texts: string[],
): Partial<LogRecord> {
  const body: Partial<LogRecord> = {};
  if (details !== 0) body.details = resolve(details, texts) as Record<string, unknown>;
  if (then !== 0) body.then = wholeThen(resolve(then, texts) as Then);
  if (aside === 1) body.aside = true;
  if (response !== 0) body.response = resolve(response, texts) as NonNullable<LogRecord["response"]>;
  return body;
}

/** With the members that are null. */
function wholeThen(then: Then): Then {
  switch (then.kind) {
    case "task": {
      const none = { token: null, timeoutAt: null, heartbeatAt: null, heartbeatSeconds: null };
      const { call } = then.task;
      const whole = call.kind === "lambda" ? { ...call, qualifier: call.qualifier ?? null } : call;
      return { kind: "task", task: { ...none, ...then.task, call: whole } };
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
