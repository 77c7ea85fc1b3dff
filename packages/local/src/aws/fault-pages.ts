import { z } from "zod";
import type { Sqs } from "../sqs/service.js";
import { json, type Reply } from "./reply.js";

const faultsSchema = z.strictObject({
  duplicate: z.enum(["none", "at-once", "after-delete"]),
  /** A queue's name; null is all of them. */
  queue: z.string().nullable().default(null),
});

const uncached = { "cache-control": "no-store" };

/** Sets faults of queues by hand: `{"duplicate":"at-once"}` doubles every delivery from now on. */
export function setQueueFaults(body: Buffer, { faults }: Pick<Sqs, "faults">): Reply {
  let given: unknown;
  try {
    given = JSON.parse(body.toString("utf8"));
  } catch {
    given = undefined;
  }
  const parsed = faultsSchema.safeParse(given);
  if (!parsed.success) {
    const message = 'Say {"duplicate": "none" | "at-once" | "after-delete", "queue": "<name>" or null}.';
    return json({ message }, 400, uncached);
  }
  faults.duplicate(parsed.data.duplicate, parsed.data.queue);
  return json(parsed.data, 200, uncached);
}
