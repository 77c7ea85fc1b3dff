import { Heap } from "../core/heap.js";

/** Where the engine's time comes from. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, at or after a moment. Returns what cancels it. */
  at(moment: number, callback: () => void | Promise<void>): () => void;
  /** Says that something is under way that may not be overtaken; the result says that it is done. */
  hold?(): () => void;
}

const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The machine's clock. A moment that is further off than setTimeout reaches is approached in steps. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(moment, callback) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = Math.max(0, moment - Date.now());
      timer = setTimeout(
        () => (left > LONGEST_TIMEOUT ? arm() : void callback()),
        Math.min(left, LONGEST_TIMEOUT),
      );
    };
    arm();
    return () => clearTimeout(timer);
  },
};

/** How long the virtual clock waits for what is under way and makes no progress, in real milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * A clock that stands still until it is moved: a month of waiting is one `await clock.advance(30 * 86_400_000)`.
 * Function handlers that are to take time sleep on it.
 */
export class VirtualClock implements Clock {
  private readonly alarms = new Heap<Alarm>();
  /** What is under way, and how much of it only waits for this clock. */
  private held = 0;
  private sleeping = 0;
  private readonly watchers = new Set<() => void>();

  constructor(private time = Date.UTC(2030, 0, 1)) {}

  now(): number {
    return this.time;
  }

  at(moment: number, callback: () => void | Promise<void>): () => void {
    const alarm: Alarm = { at: moment, callback };
    this.alarms.push(alarm);
    return () => {
      alarm.callback = null;
    };
  }

  /** Resolves when the clock has been moved on by so many milliseconds. */
  async sleep(milliseconds: number): Promise<void> {
    this.sleeping += 1;
    this.changed();
    await new Promise<void>((resolve) => {
      this.at(this.time + milliseconds, () => {
        this.sleeping -= 1;
        resolve();
      });
    });
  }

  hold(): () => void {
    this.held += 1;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.held -= 1;
      this.changed();
    };
  }

  /**
   * Moves on by milliseconds, stopping at each alarm on the way until what it started has come to rest. What neither ends
   * nor sleeps on this clock is not waited for longer than two seconds.
   */
  async advance(milliseconds: number): Promise<void> {
    const target = this.time + milliseconds;
    await this.rest();
    for (let alarm = this.next(target); alarm !== undefined; alarm = this.next(target)) {
      this.alarms.pop();
      this.time = Math.max(this.time, alarm.at);
      await alarm.callback?.();
      await this.rest();
    }
    this.time = target;
  }

  /** The moment of the next alarm, or null. */
  nextAlarm(): number | null {
    return this.next(Number.POSITIVE_INFINITY)?.at ?? null;
  }

  /** Resolves when nothing is under way but what sleeps on this clock. */
  async rest(): Promise<void> {
    for (let idle = 0; idle < 3; ) {
      // What has just been answered goes on in the next turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.held <= this.sleeping) idle += 1;
      else {
        idle = 0;
        if (!(await this.change())) return;
      }
    }
  }

  private next(target: number): Alarm | undefined {
    for (;;) {
      const alarm = this.alarms.first();
      if (alarm === undefined || alarm.at > target) return undefined;
      if (alarm.callback !== null) return alarm;
      this.alarms.pop();
    }
  }

  /** Resolves with the next change of what is under way, or with false when there is none for long. */
  private change(): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (changed: boolean): void => {
        clearTimeout(timer);
        this.watchers.delete(watcher);
        resolve(changed);
      };
      const watcher = (): void => done(true);
      const timer = setTimeout(() => done(false), PATIENCE_MS);
      this.watchers.add(watcher);
    });
  }

  private changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

interface Alarm {
  at: number;
  callback: (() => void | Promise<void>) | null;
}
