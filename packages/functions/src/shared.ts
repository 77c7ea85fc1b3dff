/**
 * Makes calls that come while one is under way share the next, which begins when that one is over: it sees whatever
 * each of them wants to be seen. Of one that fails all who share it hear.
 */
export function shared<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<Result> | null = null;
  return () => {
    next ??= current.then(() => {
      next = null;
      const begun = work();
      current = begun.catch(() => {});
      return begun;
    });
    return next;
  };
}
