/** Where the engine's time comes from. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, at or after a moment. Returns what cancels it. */
  at(moment: number, callback: () => void | Promise<void>): () => void;
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

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  private readonly alarms = new Set<{ moment: number; callback: () => void | Promise<void> }>();

  constructor(private time = Date.UTC(2030, 0, 1)) {}

  now(): number {
    return this.time;
  }

  at(moment: number, callback: () => void | Promise<void>): () => void {
    const alarm = { moment, callback };
    this.alarms.add(alarm);
    return () => void this.alarms.delete(alarm);
  }

  /** Moves on by milliseconds, stopping at each alarm on the way; resolves when what they started has come to rest. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.time + milliseconds;
    for (let alarm = this.next(target); alarm !== undefined; alarm = this.next(target)) {
      this.alarms.delete(alarm);
      this.time = Math.max(this.time, alarm.moment);
      await alarm.callback();
    }
    this.time = target;
  }

  private next(target: number) {
    const due = [...this.alarms].filter(({ moment }) => moment <= target);
    return due.sort((left, right) => left.moment - right.moment)[0];
  }
}
