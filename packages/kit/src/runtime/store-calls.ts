import type { Clock, Logger } from "./ports.js";

const mostTries = 4;
/** Before the Lambda's end, so that the machine still hears that the store did not answer, and not that the step took too long. */
const marginMs = 500;

export interface StoreCallOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bindings: object;
  /** Of the invocation. */
  readonly remainingMs: () => number;
  /** What is thrown when the store stays away. */
  readonly failed: (cause: unknown) => Error;
}

/**
 * Calls the store, again after a failure: a blip of the database must not throw away the work of a
 * step. A write that had arrived all the same finds its lease spent; Step Functions then asks anew and
 * is answered from the checkpoint.
 */
export async function callStore<T>(call: () => Promise<T>, options: StoreCallOptions): Promise<T> {
  const { clock, logger, bindings, remainingMs, failed } = options;
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTime(call(), clock, remainingMs() - marginMs);
    } catch (error) {
      logger.warn({ ...bindings, err: error }, "The step store did not answer.");
      const pause = 100 * 2 ** tries;
      if (tries === mostTries || remainingMs() < 2 * pause) throw failed(error);
      await new Promise<void>((resolve) => clock.after(pause, resolve));
    }
  }
}

/** Rejects when there is no time left to wait for an answer. Each step calls several times: this is one promise and no more. */
function inTime<T>(answer: Promise<T>, clock: Clock, leftMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error("There was no answer in time."));
    const callOff = clock.after(Math.max(0, leftMs), late);
    answer.then(
      (value) => {
        callOff();
        resolve(value);
      },
      (error: Error) => {
        callOff();
        reject(error);
      },
    );
  });
}
