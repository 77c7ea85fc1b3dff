import { z } from "zod";
import type { SageMaker } from "../sagemaker/service.js";
import type { Sqs } from "../sqs/service.js";
import { json, type Reply } from "./reply.js";

const faultsSchema = z.strictObject({
  duplicate: z.enum(["none", "at-once", "after-delete"]),
  /** A queue's name; null is all of them. */
  queue: z.string().nullable().default(null),
});

const trainingSchema = z.strictObject({ fault: z.enum(["none", "die", "freeze"]) });

const uncached = { "cache-control": "no-store" };

/** Sets faults of queues by hand: `{"duplicate":"at-once"}` doubles every delivery from now on. */
export function setQueueFaults(body: Buffer, { faults }: Pick<Sqs, "faults">): Reply {
  const parsed = faultsSchema.safeParse(parse(body));
  if (!parsed.success) {
    const message = 'Say {"duplicate": "none" | "at-once" | "after-delete", "queue": "<name>" or null}.';
    return json({ message }, 400, uncached);
  }
  faults.duplicate(parsed.data.duplicate, parsed.data.queue);
  return json(parsed.data, 200, uncached);
}

/** Sets what happens to training jobs from now on: `{"fault":"freeze"}` makes each stand still after its first measure. */
export function setTrainingFault(body: Buffer, { faults }: Pick<SageMaker, "faults">): Reply {
  const parsed = trainingSchema.safeParse(parse(body));
  if (!parsed.success) return json({ message: 'Say {"fault": "none" | "die" | "freeze"}.' }, 400, uncached);
  faults.next = parsed.data.fault;
  return json(parsed.data, 200, uncached);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
