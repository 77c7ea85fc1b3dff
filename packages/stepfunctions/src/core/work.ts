import type { Maybe } from "../language/maybe.js";

/** A piece of the core's work. It runs at once as far as no expression has to be waited for. */
export type Work<T = void> = Generator<Promise<unknown>, T, unknown>;

/** The value of a computation, waited for only if it is not there. */
export function* settled<T>(value: Maybe<T>): Work<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

/** Does a piece of work: at once if nothing in it has to be waited for. */
export function perform<T>(work: Work<T>): Maybe<T> {
  const step = work.next();
  return step.done === true ? step.value : goOn(work, step.value);
}

async function goOn<T>(work: Work<T>, first: Promise<unknown>): Promise<T> {
  let awaited = first;
  for (;;) {
    const outcome = await awaited.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const step = "error" in outcome ? work.throw(outcome.error) : work.next(outcome.value);
    if (step.done === true) return step.value;
    awaited = step.value;
  }
}
