import { z } from "zod";

/** A time in UTC, as text, that Postgres can keep: it has no year 0. */
export const utcTime = z.iso
  .datetime({ error: "This is not a time." })
  .refine((text) => !text.startsWith("0000"), "This is not a time.");
