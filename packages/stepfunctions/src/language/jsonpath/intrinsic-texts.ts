import { createHash } from "node:crypto";
import { isObject, parseJson } from "../../json.js";
import type { IntrinsicFunction } from "./intrinsic-function.js";
import { javaText } from "./java-text.js";
import { text, Unfit } from "./unfit.js";

/** Most characters that are hashed, encoded or decoded. */
const MAX_CHARACTERS = 10_000;

const HASHES = new Map<unknown, string>([
  ["MD5", "md5"],
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

/** Intrinsic functions on texts and JSON (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html). */
export const textFunctions = {
  Format: {
    least: 1,
    most: Number.POSITIVE_INFINITY,
    apply: ([template, ...values]) => format(template, values),
  },
  StringToJson: { least: 1, most: 1, apply: ([json]) => parse(text(json)) },
  JsonToString: { least: 1, most: 1, apply: ([value]) => JSON.stringify(value) },
  JsonMerge: { least: 3, most: 3, apply: ([one, other, deep]) => merge(one, other, deep) },
  StringSplit: { least: 2, most: 2, apply: ([whole, marks]) => split(text(whole), text(marks)) },
  Base64Encode: {
    least: 1,
    most: 1,
    apply: ([data]) => Buffer.from(short(text(data)), "utf8").toString("base64"),
  },
  Base64Decode: { least: 1, most: 1, apply: ([data]) => decode(short(text(data))) },
  Hash: { least: 2, most: 2, apply: ([data, algorithm]) => hash(data, algorithm) },
} satisfies Record<string, IntrinsicFunction>;

/** Longest text that States.Format makes; no state may pass on a quarter of it. */
const MAX_RESULT = 1_048_576;
const MISMATCH =
  "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.";
const OPEN_BRACE = "Invalid template in States.Format: matching '}' not found for '{'.";

function format(template: unknown, values: unknown[]): string {
  if (typeof template !== "string") throw new Unfit(MISMATCH);
  const parts = partsOf(template);
  if (parts.length - 1 !== values.length) throw new Unfit(MISMATCH);
  let result = parts[0] ?? "";
  for (const [index, value] of values.entries()) {
    result += javaText(value) + (parts[index + 1] ?? "");
    if (result.length > MAX_RESULT) throw new Unfit();
  }
  return result;
}

/** What stands between the `{}` of a template. A backslash takes the meaning from a brace, a quote or a backslash. */
function partsOf(template: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < template.length; at += 1) {
    const character = template.charAt(at);
    if (character === "\\" && "'{}\\".includes(template.charAt(at + 1) || "-")) {
      at += 1;
      part += template.charAt(at);
    } else if (character === "{") {
      at += 1;
      if (template.charAt(at) !== "}") throw new Unfit(OPEN_BRACE);
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part];
}

/** As recorded on AWS, a blank text is null. */
function parse(json: string): unknown {
  if (json.trim() === "") return null;
  try {
    return parseJson(json);
  } catch {
    throw new Unfit();
  }
}

/** As observed on AWS, anything but true asks for the shallow merge, the only one there is. */
function merge(one: unknown, other: unknown, deep: unknown): unknown {
  if (!isObject(one) || !isObject(other) || deep === true) throw new Unfit();
  return { ...one, ...other };
}

/** Every character of `marks` separates; nothing empty comes between two of them. */
function split(whole: string, marks: string): string[] {
  const separators = new Set(marks);
  const parts: string[] = [];
  let part = "";
  for (const character of whole) {
    if (!separators.has(character)) part += character;
    else if (part !== "") {
      parts.push(part);
      part = "";
    }
  }
  return part === "" ? parts : [...parts, part];
}

function short(data: string): string {
  if (data.length > MAX_CHARACTERS && [...data].length > MAX_CHARACTERS) throw new Unfit();
  return data;
}

/** As observed on AWS, characters outside the alphabet are passed over; the first `=` ends the text. */
function decode(data: string): string {
  return Buffer.from(data.split("=", 1)[0] ?? "", "base64").toString("utf8");
}

/** As observed on AWS, what is no string is hashed as Java writes it. */
function hash(data: unknown, algorithm: unknown): string {
  const name = HASHES.get(algorithm);
  if (name === undefined) throw new Unfit();
  return createHash(name)
    .update(short(javaText(data)), "utf8")
    .digest("hex");
}
