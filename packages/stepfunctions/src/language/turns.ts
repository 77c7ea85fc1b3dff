const waiting: (() => void)[] = [];

/** Resolves in a later turn of the event loop. One waiter a turn: what else there is to do comes in between. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(give);
  });
}

function give(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(give);
}
