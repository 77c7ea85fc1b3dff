import type { z } from "zod";

/**
 * A schema whose values have at most so many bytes as JSON, however the parts share them: for lists and
 * texts that `.max()` alone would bound too generously. Machines refuse to gather values that may pass the
 * 256 KiB of Step Functions.
 *
 * @param bytes UTF-8 bytes of the JSON text.
 */
export function atMostBytes<Schema extends z.ZodType>(schema: Schema, bytes: number): Schema {
  const size = (value: unknown) => new TextEncoder().encode(JSON.stringify(value) ?? "").byteLength;
  return schema
    .refine((value) => size(value) <= bytes, { error: `May have at most ${bytes} bytes as JSON.` })
    .meta({ maxBytes: bytes });
}
