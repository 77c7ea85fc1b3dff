import { z } from "zod";

/** Text of at most `longest` characters that Postgres can keep: all but the NUL character. */
export function storable(longest: number): z.ZodString {
  return z
    .string()
    .max(longest, `This is longer than ${longest} characters.`)
    .regex(/^[^\0]*$/, "This has a character that cannot be stored.");
}
