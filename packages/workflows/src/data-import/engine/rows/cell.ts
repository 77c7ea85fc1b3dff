import type { ColumnType } from "../../result.js";

/** What a cell looks like, whatever its column. */
export const Kind = {
  /** Nothing, or blanks. */
  Empty: 0,
  Integer: 1,
  Decimal: 2,
  Boolean: 3,
  Date: 4,
  DateTime: 5,
  /** Digits that are no quantity: a leading zero, or more than 15 of them. */
  Code: 6,
  /** A word for "no value", such as NULL or N/A. */
  Missing: 7,
  Text: 8,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];
export const kinds = 9;

/** How the values of a column are kept: as numbers (dates as milliseconds, booleans as 0 and 1) or as text. */
export type Family = "number" | "boolean" | "time" | "text";

export function familyOf(type: ColumnType): Family {
  switch (type) {
    case "integer":
    case "number":
      return "number";
    case "date":
    case "datetime":
      return "time";
    case "boolean":
      return "boolean";
    case "string":
    case "empty":
      return "text";
  }
}

/** Up to four letters in one number, so that words are compared without making strings. */
function packed(word: string): number {
  let pack = 0;
  for (let i = 0; i < word.length; i++) pack = (pack << 8) | word.charCodeAt(i);
  return pack;
}
const missingWords = new Set(["null", "na", "n/a", "#n/a", "nan", "\\n", "none", "nil"].map(packed));
const truthy = packed("true");
const yes = packed("yes");
const no = packed("no");
const falsyStart = packed("fals");

const powersOfTen = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const dot = 0x2e;
const comma = 0x2c;
const minus = 0x2d;
const plus = 0x2b;
const slash = 0x2f;
const colon = 0x3a;
const zero = 0x30;

const isDigit = (byte: number) => byte >= zero && byte <= 0x39;

/**
 * Tells what a cell holds, straight from its bytes: a number is read without making a string of it.
 * `value` is the number, the milliseconds since 1970 (UTC), or 0 and 1 for a boolean.
 */
export class CellReader {
  value = 0;
  private readonly decimalMark: number;
  private readonly groupMark: number;

  /**
   * @param decimalMark the byte between a number's whole part and its fraction, where people may have written it: a full stop or
   *   a comma. Without it numbers are as programs write them, with a full stop and nothing between thousands.
   */
  constructor(decimalMark?: number) {
    this.decimalMark = decimalMark ?? dot;
    this.groupMark = decimalMark === undefined ? -1 : decimalMark === dot ? comma : dot;
  }

  /** Reads bytes `start` to `end`, which neither begin nor end with blanks. */
  read(bytes: Uint8Array, start: number, end: number): Kind {
    if (start >= end) return Kind.Empty;
    const first = bytes[start] as number;
    if (isDigit(first) || first === minus || first === plus || first === this.decimalMark) {
      return this.number(bytes, start, end);
    }
    return end - start <= 5 ? this.word(bytes, start, end) : Kind.Text;
  }

  private number(bytes: Uint8Array, start: number, end: number): Kind {
    const first = bytes[start] as number;
    const sign = first === minus ? -1 : 1;
    let at = first === minus || first === plus ? start + 1 : start;
    const firstDigit = at;
    let mantissa = 0;
    let byte: number;
    while (at < end && (byte = (bytes[at] as number) - zero) >= 0 && byte <= 9) {
      mantissa = mantissa * 10 + byte;
      at++;
    }
    const whole = at - firstDigit;
    if (at === end && whole > 15) return this.longInteger(bytes, start, end);
    if (at === end) return this.integer(bytes, firstDigit, whole, sign * mantissa);
    byte = bytes[at] as number;
    if (whole === 4 && at - start === 4 && (byte === minus || byte === slash)) {
      return this.date(bytes, start, end, mantissa);
    }
    if (byte === this.groupMark && whole > 0 && whole <= 3) {
      return this.grouped(bytes, firstDigit, end, sign, whole);
    }
    let fraction = 0;
    if (byte === this.decimalMark) {
      const from = ++at;
      while (at < end && (byte = (bytes[at] as number) - zero) >= 0 && byte <= 9) {
        mantissa = mantissa * 10 + byte;
        at++;
      }
      fraction = at - from;
    }
    if (whole + fraction === 0) return this.word(bytes, start, end);
    // Up to 15 digits a double holds the mantissa exactly, and one division rounds as the standard asks.
    if (at === end && whole + fraction <= 15) {
      this.value = (sign * mantissa) / (powersOfTen[fraction] as number);
      return Kind.Decimal;
    }
    return this.longNumber(bytes, start, end, at);
  }

  /**
   * `1,234.56`, or `1.234,56` where the comma is the decimal mark. With both marks only: one of them alone may be either, and
   * parts addresses and versions, too.
   */
  private grouped(bytes: Uint8Array, start: number, end: number, sign: number, whole: number): Kind {
    let mantissa = 0;
    let digits = 0;
    let fraction = -1;
    for (let at = start, next = start + whole; at < end; at++) {
      const byte = bytes[at] as number;
      if (isDigit(byte)) {
        if (at === next && fraction < 0) return Kind.Text;
        mantissa = mantissa * 10 + byte - zero;
        digits++;
        if (fraction >= 0) fraction++;
      } else if (at !== next || fraction >= 0) return Kind.Text;
      else if (byte === this.groupMark) next = at + 4;
      else if (byte === this.decimalMark) fraction = 0;
      else return Kind.Text;
    }
    if (fraction < 1 || digits > 15 || bytes[start] === zero) return Kind.Text;
    this.value = (sign * mantissa) / (powersOfTen[fraction] as number);
    return Kind.Decimal;
  }

  private integer(bytes: Uint8Array, firstDigit: number, digits: number, value: number): Kind {
    if (digits === 0) return Kind.Text;
    this.value = value;
    return digits > 1 && bytes[firstDigit] === zero ? Kind.Code : Kind.Integer;
  }

  private longInteger(bytes: Uint8Array, start: number, end: number): Kind {
    return this.longNumber(bytes, start, end, end) === Kind.Text ? Kind.Text : Kind.Code;
  }

  /** Numbers with an exponent or with more digits than the quick way takes. */
  private longNumber(bytes: Uint8Array, start: number, end: number, at: number): Kind {
    if (at < end) {
      if (((bytes[at++] as number) | 0x20) !== 0x65) return Kind.Text;
      if (at < end && (bytes[at] === minus || bytes[at] === plus)) at++;
      const from = at;
      while (at < end && isDigit(bytes[at] as number)) at++;
      if (at === from || at < end || at - from > 4) return Kind.Text;
    }
    if (end - start > 400) return Kind.Text;
    let text = "";
    for (let i = start; i < end; i++) {
      text += bytes[i] === this.decimalMark ? "." : String.fromCharCode(bytes[i] as number);
    }
    this.value = Number(text);
    return Number.isFinite(this.value) ? Kind.Decimal : Kind.Text;
  }

  /** `2012-01-31` or `2012/01/31`, alone or with a time. */
  private date(bytes: Uint8Array, start: number, end: number, year: number): Kind {
    const length = end - start;
    if (length < 10 || bytes[start + 7] !== bytes[start + 4]) return Kind.Text;
    const month = twoDigits(bytes, start + 5);
    const day = twoDigits(bytes, start + 8);
    if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return Kind.Text;
    this.value = daysSince1970(year, month, day) * 86_400_000;
    return length === 10 ? Kind.Date : this.time(bytes, start + 10, end);
  }

  /** `T10:00`, ` 10:00:30`, `T10:00:30.123Z`, `T10:00:30+02:00`; without an offset it is taken for UTC. */
  private time(bytes: Uint8Array, start: number, end: number): Kind {
    const separator = bytes[start] as number;
    if ((separator !== 0x54 && separator !== 0x20) || end - start < 6) return Kind.Text;
    const hours = twoDigits(bytes, start + 1);
    const minutes = twoDigits(bytes, start + 4);
    if (bytes[start + 3] !== colon || hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
      return Kind.Text;
    let at = start + 6;
    let milliseconds = (hours * 60 + minutes) * 60_000;
    if (at < end && bytes[at] === colon) {
      const seconds = at + 3 <= end ? twoDigits(bytes, at + 1) : -1;
      if (seconds < 0 || seconds > 59) return Kind.Text;
      milliseconds += seconds * 1000;
      at += 3;
      if (at < end && bytes[at] === dot) {
        const from = ++at;
        for (let unit = 100; at < end && isDigit(bytes[at] as number); at++, unit /= 10) {
          milliseconds += unit * ((bytes[at] as number) - zero);
        }
        if (at === from || at - from > 9) return Kind.Text;
      }
    }
    const offset = offsetMinutes(bytes, at, end);
    if (Number.isNaN(offset)) return Kind.Text;
    this.value += Math.floor(milliseconds) - offset * 60_000;
    return Kind.DateTime;
  }

  private word(bytes: Uint8Array, start: number, end: number): Kind {
    const length = end - start;
    if (length > 5) return Kind.Text;
    let pack = 0;
    for (let at = start; at < end && at < start + 4; at++) pack = (pack << 8) | lower(bytes[at] as number);
    if (length === 5) {
      this.value = 0;
      return pack === falsyStart && lower(bytes[end - 1] as number) === 0x65 ? Kind.Boolean : Kind.Text;
    }
    if (pack === truthy || pack === yes || pack === no) {
      this.value = pack === no ? 0 : 1;
      return Kind.Boolean;
    }
    return missingWords.has(pack) ? Kind.Missing : Kind.Text;
  }
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** -1 when they are no digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - zero;
  const ones = (bytes[at + 1] as number) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function offsetMinutes(bytes: Uint8Array, at: number, end: number): number {
  if (at === end) return 0;
  const sign = bytes[at] as number;
  if (sign === 0x5a) return at + 1 === end ? 0 : Number.NaN;
  if (sign !== plus && sign !== minus) return Number.NaN;
  const length = end - at;
  const hours = length >= 3 ? twoDigits(bytes, at + 1) : -1;
  const gap = length === 6 && bytes[at + 3] === colon ? 4 : 3;
  const minutes = length === 3 ? 0 : length === gap + 2 ? twoDigits(bytes, at + gap) : -1;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  return (sign === minus ? -1 : 1) * (hours * 60 + minutes);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Of the Gregorian calendar, counted in eras of 400 years that begin on 1 March. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
