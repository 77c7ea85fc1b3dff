import { setTimeout as sleep } from "node:timers/promises";
import { type Entry, followRun, startRun } from "./follower.js";
import type { Scene } from "./scene.js";

const starters = 8;

/** Starts runs as they are released, and follows each to its end. */
export class Runs {
  started = 0;
  /** How many may be started so far: at any moment some begin, some go on, and some end. */
  released = 0;
  /** When all that were to be started have ended for their subscribers. */
  readonly done: Promise<void>;

  constructor(
    private readonly scene: Scene,
    private readonly entries: readonly Entry[],
    private readonly violations: string[],
    private readonly signal: AbortSignal,
  ) {
    const lives: Promise<void>[] = [];
    const starting = Array.from({ length: starters }, () => this.start(lives));
    this.done = Promise.all(starting).then(async () => void (await Promise.all(lives)));
  }

  get ended(): number {
    return this.entries.filter(({ complete }) => complete).length;
  }

  private async start(lives: Promise<void>[]): Promise<void> {
    const { scene, entries, violations, signal } = this;
    while (this.started < entries.length && !signal.aborted) {
      if (this.started >= this.released) {
        await sleep(20);
        continue;
      }
      const entry = entries[this.started++] as Entry;
      const client = scene.clientOf(entry.n);
      const input = { effects: scene.thirdParty.url, n: entry.n, items: [1, 2, 3, 4] };
      await startRun(client, entry, input, violations, signal);
      lives.push(followRun(client, entry, violations, signal));
    }
  }
}
