import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    now = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

const minute = 60_000;

/** The time in ms, to the minute. */
export const useMinute = (): number =>
  useSyncExternalStore(subscribe, () => Math.floor(now / minute) * minute);

/** The time in ms, which moves each second; all readers share one timer. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
