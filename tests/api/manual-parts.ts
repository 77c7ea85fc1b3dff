import type { Clock, Doorbell, Ring, TextOfRun } from "@longhaul/api";

/** A clock that stands still until it is moved. Its timers fire in order, within the move. */
export function manualClock(start = Date.now()): Clock & { move(milliseconds: number): void } {
  let now = start;
  const timers = new Set<{ at: number; every: number | null; work: () => void }>();
  const add = (milliseconds: number, every: number | null, work: () => void) => {
    const timer = { at: now + milliseconds, every, work };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return {
    now: () => now,
    after: (milliseconds, work) => add(milliseconds, null, work),
    every: (milliseconds, work) => add(milliseconds, milliseconds, work),
    move(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        now = Math.max(now, next.at);
        if (next.every === null) timers.delete(next);
        else next.at += next.every;
        next.work();
      }
      now = end;
    },
  };
}

/** A doorbell that rings when the test says so: a feed whose messages are lost. */
export function manualDoorbell(): Doorbell & {
  ring(rings: Ring[]): void;
  write(org: string, piece: TextOfRun): void;
  open(): void;
} {
  const ringListeners: ((rings: Ring[]) => void)[] = [];
  const textListeners: ((org: string, piece: TextOfRun) => void)[] = [];
  const openListeners: (() => void)[] = [];
  return {
    onRing: (listener) => void ringListeners.push(listener),
    onText: (listener) => void textListeners.push(listener),
    onOpen: (listener) => void openListeners.push(listener),
    write: (org, piece) => textListeners.forEach((listener) => listener(org, piece)),
    ring: (rings) => ringListeners.forEach((listener) => listener(rings)),
    open: () => openListeners.forEach((listener) => listener()),
    close: () => Promise.resolve(),
  };
}
