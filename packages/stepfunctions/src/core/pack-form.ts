// What the short forms have in common in which the commonest records are kept. A form says only what cannot be known from
// the records before it in the same turn, from the definition's words and from the execution's identity.

import type { ExecutionIdentity, LogRecord, Then } from "./state.js";
import type { Words } from "./words.js";

/** What the records of a turn have said last: what is said again is left out. */
export class Said {
  branch = 0;
  /** An input or output. */
  data = "";
  state = "";
  resource = "";
  service = "";
}

/** Where a record stands: in whose log, and after what. */
export interface Place {
  at: number;
  said: Said;
  words: Words;
}

export type Body = Pick<LogRecord, "details" | "then" | "response">;

export interface Form {
  /** What may follow from a record that is kept in this form. */
  thens: readonly (Then["kind"] | undefined)[];
  /** Whether it can say all of a record, where it cannot of every one. */
  fits?(record: LogRecord): boolean;
  /** The slots as JSON, each with a comma before it; empty when all has been said. */
  write(record: LogRecord, place: Place): string;
  /** @param slots as written: 0, or nothing at the end, for what has been said or is not there */
  read(slots: unknown[], place: Place & { identity: ExecutionIdentity }): Body;
}

export const NO_THEN = [undefined];

export type Details = Record<string, string>;

export function word(text: string, words: Words): string {
  const number = words.number(text);
  return number === undefined ? JSON.stringify(text) : String(number);
}

export function wordIn(slot: unknown, words: Words): string {
  return typeof slot === "number" ? words.text(slot) : (slot as string);
}

/** Data is left out at the end, and 0 before other slots, where it has been said. */
export function dataIn(slot: unknown, said: Said): string {
  if (typeof slot === "string") said.data = slot;
  return said.data;
}
