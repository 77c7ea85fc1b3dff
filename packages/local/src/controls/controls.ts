import type { StepFunctions } from "@longhaul/stepfunctions";
import type { Lambda } from "../lambda/service.js";
import type { Realtime } from "../realtime/service.js";
import type { SageMaker } from "../sagemaker/service.js";
import type { Sqs } from "../sqs/service.js";

/** What of the local cloud a developer or a test can make wait less, break and mend. */
export interface Controls {
  readonly lambda: Pick<Lambda, "faults" | "kill" | "list">;
  readonly sqs: Pick<Sqs, "faults">;
  readonly sageMaker: Pick<SageMaker, "faults">;
  /** Null until the engine is open. */
  readonly waits: () => StepFunctions["waits"] | null;
  /** Null where no Realtime is started. */
  readonly realtime: () => Pick<Realtime, "feed"> | null;
}

/** A setting that cannot be made; the message is for who asked. */
export class ControlError extends Error {}

/** So many states that wait are shown. */
const mostWaits = 100;

/** All that is set, and what waits. */
export function stateOf({ lambda, sqs, sageMaker, waits, realtime }: Controls) {
  const time = waits();
  return {
    waits:
      time?.list(mostWaits).map((wait) => ({ ...wait, until: new Date(wait.until).toISOString() })) ?? [],
    waitScale: time?.scale ?? 1,
    faults: lambda.faults.list(),
    feed: realtime()?.feed ?? "off",
    queues: sqs.faults.everywhere,
    training: sageMaker.faults.next,
  };
}

export type ControlState = ReturnType<typeof stateOf>;
