/** A value that is there at once whenever no waiting is needed to compute it. */
export type Maybe<T> = T | Promise<T>;

/** Goes on with a value: at once if it is there. A failure of `given` is not handled. */
export function whenThere<T, U>(given: Maybe<T>, next: (value: T) => Maybe<U>): Maybe<U> {
  return given instanceof Promise ? given.then(next) : next(given);
}
