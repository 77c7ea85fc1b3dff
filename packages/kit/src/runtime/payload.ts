import { z } from "zod";
import type { Json } from "../json.js";

/** What each Task of a machine sends to its Lambda. */
export const stepPayloadSchema = z.object({
  run: z.uuid(),
  attempt: z.number().int().positive(),
  correlationId: z.string().min(1).max(200),
  state: z.string().min(1).max(80),
  itemPath: z.string().max(400),
  visit: z.number().int().nonnegative(),
  /** In an undo: the name of the step that takes back what `state` has done. */
  compensation: z.string().min(1).max(80).optional(),
  /** JSON, for it came as a text of that; reading it through to see so would cost more than the rest. */
  input: z.custom<Json>((value) => value !== undefined),
});
export type StepPayload = z.infer<typeof stepPayloadSchema>;
