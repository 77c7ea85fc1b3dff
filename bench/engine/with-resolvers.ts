/**
 * Gives Node 20 the Promise.withResolvers that came with Node 22. Restate's SDK calls it and else accepts invocations and
 * never answers them; aws-local-stepfunctions calls it too.
 */
export function bringWithResolvers(): void {
  const constructor = Promise as unknown as { withResolvers?: () => unknown };
  constructor.withResolvers ??= () => {
    let resolve: unknown;
    let reject: unknown;
    const promise = new Promise((yes, no) => {
      resolve = yes;
      reject = no;
    });
    return { promise, resolve, reject };
  };
}
