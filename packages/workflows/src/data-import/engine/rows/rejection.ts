import { Kind } from "./cell.js";
import type { Flaw } from "./csv-parser.js";
import type { Column } from "./table.js";

export type RejectionCode =
  | "WRONG_FIELD_COUNT"
  | "WRONG_TYPE"
  | "BROKEN_QUOTES"
  | "TOO_LONG"
  | "BROKEN_JSON"
  | "NOT_AN_OBJECT"
  | "TOO_DEEP";

/** Why a row was left out. */
export interface Rejection {
  readonly line: number;
  readonly code: RejectionCode;
  readonly reason: string;
  readonly column: string | null;
  /** The row as it stands in the file, cut where it is long. */
  readonly row: string;
}

/** A row that is refused: where it stands, why, and its bytes. */
export type Reject = (
  reason: Pick<Rejection, "line" | "code" | "reason" | "column">,
  raw: Uint8Array,
  start: number,
  end: number,
) => void;

const nouns = { number: "a number", boolean: "true or false", time: "a date", text: "text" } as const;

const decoder = new TextDecoder();

/** The first `maxBytes` of a text for a sentence or a listing, whole characters only. */
export function excerpt(bytes: Uint8Array, start: number, end: number, maxBytes: number): string {
  if (end - start <= maxBytes) return decoder.decode(bytes.subarray(start, end));
  let cut = start + maxBytes;
  while (cut > start && ((bytes[cut] as number) & 0xc0) === 0x80) cut--;
  return `${decoder.decode(bytes.subarray(start, cut))}…`;
}

export function wrongType(column: Column, shown: string): Pick<Rejection, "code" | "reason" | "column"> {
  const reason = `"${shown}" is not ${nouns[column.family]}, as the other values of "${column.name}" are.`;
  return { code: "WRONG_TYPE", reason, column: column.name };
}

export function wrongFieldCount(
  found: number,
  wanted: number,
): Pick<Rejection, "code" | "reason" | "column"> {
  const values = found === 1 ? "1 value" : `${found} values`;
  return { code: "WRONG_FIELD_COUNT", reason: `${values} where there are ${wanted} columns.`, column: null };
}

export function brokenQuotes(flaw: Flaw): Pick<Rejection, "code" | "reason" | "column"> {
  const reason =
    flaw === "UNCLOSED_QUOTE"
      ? "A quotation mark is opened and never closed; the rest of the file was taken for one row."
      : "There is text between a closing quotation mark and the next separator.";
  return { code: "BROKEN_QUOTES", reason, column: null };
}

export function tooLong(column: Column, maxBytes: number): Pick<Rejection, "code" | "reason" | "column"> {
  const reason = `The value of "${column.name}" is longer than ${maxBytes} bytes.`;
  return { code: "TOO_LONG", reason, column: column.name };
}

export const isMissing = (kind: Kind): boolean => kind === Kind.Empty || kind === Kind.Missing;
