import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const minute = 60_000;

/** How far this computer's clock is ahead of the server's, in ms: 0 unless it is wrong. */
let ahead = 0;
let now = Date.now();

/**
 * How far a clock is ahead of the server's.
 *
 * @param date What the server calls the time, as in the head of its answers (RFC 9110).
 * @param here What this computer calls it, in ms.
 * @returns ms; 0 where it is as right as can be told, or nothing can be told
 */
export function clockError(date: string | null, here: number): number {
  const error = here - Date.parse(date ?? "");
  // An answer may take a while, and its head knows only seconds.
  return Math.abs(error) > minute ? error : 0;
}

/** What is shown as past and to come is told by the server's time from now on. */
export function setClockBy(date: string | null): void {
  ahead = clockError(date, Date.now());
  now = currentTime();
}

/** The time in ms, also where this computer's clock is wrong. */
export const currentTime = (): number => Date.now() - ahead;
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = currentTime();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    now = currentTime();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The time in ms, to the minute. */
export const useMinute = (): number =>
  useSyncExternalStore(subscribe, () => Math.floor(now / minute) * minute);

/** The time in ms, which moves each second; all readers share one timer. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
