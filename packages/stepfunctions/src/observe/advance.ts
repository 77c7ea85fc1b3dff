/** The part of a VirtualClock that moves it. */
interface Movable {
  now(): number;
  rest(): Promise<void>;
  nextAlarm(): number | null;
  advance(milliseconds: number): Promise<void>;
}

/** How long in real time something may yet be under way of which the clock does not know. */
const GRACE_MS = 1_000;

/** The longest that an execution may last. A timer further off is a timeout that stands for none. */
const YEAR_MS = 366 * 86_400_000;

/**
 * Moves a virtual clock from timer to timer until something is so.
 * @returns whether it is so; false when no timer of the coming year is left
 */
export async function advanceUntil(
  clock: Movable,
  reached: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const limit = clock.now() + YEAR_MS;
  for (;;) {
    await clock.rest();
    if (await reached()) return true;
    const next = clock.nextAlarm();
    if (next === null || next > limit) {
      if (!(await graceFor(clock, reached, limit))) return false;
    } else await clock.advance(Math.max(0, next - clock.now()));
  }
}

/** Whether something comes to be so, or a timer is set, in the time of grace. */
async function graceFor(
  clock: Movable,
  reached: () => boolean | Promise<boolean>,
  limit: number,
): Promise<boolean> {
  for (const end = Date.now() + GRACE_MS; Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const next = clock.nextAlarm();
    if ((next !== null && next <= limit) || (await reached())) return true;
  }
  return false;
}

/** Moves a virtual clock from timer to timer until a promise has settled; settles as it does. */
export async function whileMoving<T>(clock: Movable, work: Promise<T>): Promise<T> {
  let settled = false;
  const done = work.finally(() => (settled = true));
  done.catch(() => {});
  await advanceUntil(clock, () => settled);
  return done;
}
