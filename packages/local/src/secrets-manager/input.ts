import { randomUUID } from "node:crypto";
import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import type { Plain } from "./cipher.js";
import { invalidParameter, wrongInput } from "./errors.js";

const maxValueBytes = 65_536;

export const secretId = z.string().min(1).max(2048);
export const versionId = z.string().min(32).max(64);
export const stage = z.string().min(1).max(256);
export const token = versionId.optional();
export const pageShape = {
  MaxResults: z.number().int().min(1).max(100).default(100),
  NextToken: z.string().max(4096).optional(),
};
export const tagsSchema = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).default("") }))
  .max(50);

const valueShape = {
  SecretString: z.string().optional(),
  SecretBinary: z.base64().optional(),
};
export const valueSchema = z.object(valueShape);

/** @throws AwsError ValidationException that names the first field that is wrong, and never its value */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrongInput(`Invalid ${issue?.path.join(".") || "request"}: ${issue?.message ?? "not valid"}.`);
}

/** The value that a request brings; null where it brings none. @throws AwsError for two, and for too large a one */
export function plainOf(given: z.output<typeof valueSchema>): Plain | null {
  const { SecretString: text, SecretBinary: base64 } = given;
  if (text !== undefined && base64 !== undefined)
    throw invalidParameter("You can't specify both a binary secret value and a string secret value.");
  const bytes = text === undefined ? Buffer.from(base64 ?? "", "base64").length : Buffer.byteLength(text);
  if (bytes > maxValueBytes) throw wrongInput(`A secret's value has ${maxValueBytes} bytes at most.`);
  if (text !== undefined) return { kind: "string", text };
  return base64 === undefined ? null : { kind: "binary", base64 };
}

export const newVersionId = (given: string | undefined) => given ?? randomUUID();

/** A page of a list, which its token counts off. */
export function pageOf<T>(
  all: readonly T[],
  { MaxResults, NextToken }: { readonly MaxResults: number; readonly NextToken?: string | undefined },
) {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, "base64").toString());
  if (!Number.isSafeInteger(start) || start < 0)
    throw new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
  const page = all.slice(start, start + MaxResults);
  const end = start + page.length;
  return {
    page,
    next: end < all.length ? { NextToken: Buffer.from(String(end)).toString("base64") } : {},
  };
}
