import type { z } from "zod";
import { invalid } from "./message.js";

/** @throws AwsError InvalidParameter that names the first field that is wrong */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue?.path.join(".") || "the request", issue?.message ?? "not valid");
}
