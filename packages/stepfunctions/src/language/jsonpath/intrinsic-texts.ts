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
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Intrinsic functions on texts and JSON (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html). */
export const textFunctions = {
  Format: {
    least: 1,
    most: Number.POSITIVE_INFINITY,
    apply: ([template, ...values]) => format(text(template), values),
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

function format(template: string, values: unknown[]): string {
  const parts = template.split("{}");
  if (parts.length - 1 !== values.length) throw new Unfit();
  return parts.map((part, index) => (index === 0 ? part : javaText(values[index - 1]) + part)).join("");
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

function merge(one: unknown, other: unknown, deep: unknown): unknown {
  if (!isObject(one) || !isObject(other) || deep !== false) throw new Unfit();
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
  if (data.length > MAX_CHARACTERS) throw new Unfit();
  return data;
}

function decode(data: string): string {
  const unpadded = data.replace(/=+$/, "");
  if (!BASE64.test(data) || unpadded.length % 4 === 1) throw new Unfit();
  return Buffer.from(data, "base64").toString("utf8");
}

function hash(data: unknown, algorithm: unknown): string {
  const name = HASHES.get(algorithm);
  if (name === undefined) throw new Unfit();
  const content = typeof data === "string" ? data : JSON.stringify(data);
  return createHash(name).update(short(content), "utf8").digest("hex");
}
