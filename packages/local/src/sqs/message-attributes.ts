import { createHash } from "node:crypto";
import { AwsError } from "@longhaul/stepfunctions";
import { invalidParameter } from "./errors.js";
import type { MessageAttribute, MessageAttributes } from "./records.js";

const maxAttributes = 10;
const maxNameLength = 256;

export function md5(data: string | Buffer): string {
  return createHash("md5").update(data).digest("hex");
}

/**
 * The digest by which clients check that attributes came through, or null for none.
 * Source: "Calculating the MD5 message digest for message attributes" of the SQS developer guide.
 */
export function md5OfAttributes(attributes: MessageAttributes): string | null {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return null;
  const pieces = names.flatMap((name) => {
    const { DataType, StringValue, BinaryValue } = attributes[name] as MessageAttribute;
    const value = Buffer.from(StringValue ?? BinaryValue ?? "", isBinary(DataType) ? "base64" : "utf8");
    const transport = Buffer.from([isBinary(DataType) ? 2 : 1]);
    return [...sized(Buffer.from(name)), ...sized(Buffer.from(DataType)), transport, ...sized(value)];
  });
  return md5(Buffer.concat(pieces));
}

function sized(bytes: Buffer): [Buffer, Buffer] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

/** What a message counts against the limit of its size, in bytes: its body, and its attributes' names, types and values. */
export function messageBytes(body: string, attributes: MessageAttributes): number {
  const ofAttributes = Object.entries(attributes).map(
    ([name, { DataType, StringValue, BinaryValue }]) =>
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      (BinaryValue === undefined
        ? Buffer.byteLength(StringValue ?? "")
        : Buffer.byteLength(BinaryValue, "base64")),
  );
  return ofAttributes.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(body));
}

/** @throws AwsError when a name, type or value is not one that SQS takes */
export function checkAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > maxAttributes)
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${maxAttributes}].`,
    );
  for (const [name, attribute] of entries) {
    checkName(name);
    checkValue(name, attribute);
  }
}

function checkName(name: string): void {
  const ok =
    name.length <= maxNameLength &&
    /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name) &&
    !/^(aws|amazon)\./i.test(name);
  if (!ok) {
    throw invalidParameter(
      `The message attribute name '${name.slice(0, 100)}' is invalid. Attribute name can contain A-Z, a-z, 0-9, ` +
        `underscore (_), hyphen (-), and period (.), up to ${maxNameLength} characters, and must not start with AWS. or Amazon.`,
    );
  }
}

function checkValue(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  const [base = ""] = DataType.split(".", 1);
  if (!["String", "Number", "Binary"].includes(base) || DataType.length > maxNameLength) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is ` +
        "Binary, Number, and String.",
    );
  }
  const value = isBinary(DataType) ? BinaryValue : StringValue;
  const other = isBinary(DataType) ? StringValue : BinaryValue;
  if (value === undefined || value === "" || other !== undefined) {
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type ` +
        `'${DataType}'.`,
    );
  }
  if (base === "Number" && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value))
    throw invalidParameter(`Can't cast the value of message attribute '${name}' to a number.`);
  if (base !== "Binary") checkText(value);
}

/** @throws AwsError InvalidMessageContents for characters that XML 1.0 does not have */
export function checkText(text: string): void {
  if (/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text)) return;
  throw new AwsError(
    "InvalidMessageContents",
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | " +
      "#x10000 to #x10FFFF",
  );
}

/** Those attributes whose names a receiver asked for: by name, by prefix ("order.*"), or all. */
export function wantedAttributes(
  attributes: MessageAttributes,
  wanted: readonly string[],
): MessageAttributes {
  const fits = (name: string) =>
    wanted.some(
      (one) =>
        one === "All" ||
        one === ".*" ||
        one === name ||
        (one.endsWith(".*") && name.startsWith(one.slice(0, -1))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => fits(name)));
}

function isBinary(dataType: string): boolean {
  return dataType === "Binary" || dataType.startsWith("Binary.");
}
