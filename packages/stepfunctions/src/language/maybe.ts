/** A value that is there at once whenever no waiting is needed to compute it. */
export type Maybe<T> = T | Promise<T>;

/** Goes on with a value: at once if it is there. A failure of `given` is not handled. */
export function then<T, U>(given: Maybe<T>, next: (value: T) => Maybe<U>): Maybe<U> {
  return given instanceof Promise ? given.then(next) : next(given);
}

/** Computes the values of a list one after the other, at once as far as none has to be waited for. */
export function inOrder<T, U>(list: readonly T[], compute: (item: T, index: number) => Maybe<U>): Maybe<U[]> {
  const values: U[] = [];
  const from = (start: number): Maybe<U[]> => {
    for (let index = start; index < list.length; index += 1) {
      const value = compute(list[index] as T, index);
      if (value instanceof Promise)
        return value.then((settled) => {
          values.push(settled);
          return from(index + 1);
        });
      values.push(value);
    }
    return values;
  };
  return from(0);
}
