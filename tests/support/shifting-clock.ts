import type { Clock } from "@longhaul/stepfunctions";

/** The machine's clock, which a test may put forward: what is due by then rings at once. */
export class ShiftingClock implements Clock {
  #ahead = 0;
  readonly #alarms = new Set<{ readonly moment: number; timer: NodeJS.Timeout | undefined; ring(): void }>();

  now(): number {
    return Date.now() + this.#ahead;
  }

  at(moment: number, callback: () => void | Promise<void>): () => void {
    const alarm = {
      moment,
      timer: undefined as NodeJS.Timeout | undefined,
      ring: () => {
        this.#alarms.delete(alarm);
        void callback();
      },
    };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return () => {
      clearTimeout(alarm.timer);
      this.#alarms.delete(alarm);
    };
  }

  forward(milliseconds: number): void {
    this.#ahead += milliseconds;
    for (const alarm of this.#alarms) this.#arm(alarm);
  }

  #arm(alarm: { readonly moment: number; timer: NodeJS.Timeout | undefined; ring(): void }): void {
    clearTimeout(alarm.timer);
    // Beyond setTimeout's reach nothing rings by itself: the test would be over long before.
    const left = Math.min(2 ** 31 - 1, Math.max(0, alarm.moment - this.now()));
    alarm.timer = setTimeout(() => alarm.ring(), left);
  }
}
