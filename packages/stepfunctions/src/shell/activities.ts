import type { Executions } from "./executions.js";

/** An activity task that waits for a worker. */
interface Offer {
  arn: string;
  execution: number;
  branch: number;
  task: number;
  token: string;
  input: string;
}

interface Poll {
  workerName: string | undefined;
  take: (offer: Offer | null) => void;
}

/** Hands activity tasks to the workers that ask for them, first come first served on both sides. */
export class Activities {
  /** The tasks of each activity, oldest first. */
  private readonly offers = new Map<string, Map<string, Offer>>();
  /** The activity of each task that waits. */
  private readonly places = new Map<string, string>();
  private readonly waiting = new Map<string, Poll[]>();

  constructor(
    private readonly executions: Executions,
    private readonly exists: (arn: string) => boolean,
  ) {}

  /** A task waits for a worker. After a restart those are offered again that none had taken. */
  offer(offer: Offer): void {
    if (!this.exists(offer.arn)) return this.refuse(offer);
    const poll = this.waiting.get(offer.arn)?.shift();
    if (poll !== undefined) return poll.take(offer);
    const offers = this.offers.get(offer.arn) ?? new Map<string, Offer>();
    this.offers.set(offer.arn, offers.set(keyOf(offer), offer));
    this.places.set(keyOf(offer), offer.arn);
  }

  private refuse({ arn, execution, branch, task }: Offer): void {
    const cause = `The activity '${arn}' does not exist.`;
    const answer = { kind: "failed", unscheduled: true, error: "States.Runtime", cause } as const;
    this.executions.answer(execution, branch, task, answer).catch(() => {});
  }

  /** Nobody waits for a task any more. */
  withdraw(execution: number, task: number): void {
    const key = keyOf({ execution, task });
    const arn = this.places.get(key);
    if (arn !== undefined) this.remove(arn, key);
  }

  private remove(arn: string, key: string): void {
    this.places.delete(key);
    const offers = this.offers.get(arn);
    offers?.delete(key);
    if (offers?.size === 0) this.offers.delete(arn);
  }

  /** Takes the oldest task of an activity. */
  private shift(arn: string): Offer | undefined {
    for (const [key, offer] of this.offers.get(arn) ?? []) {
      this.remove(arn, key);
      return offer;
    }
    return undefined;
  }

  /** How many workers wait for a task of an activity. */
  polls(arn: string): number {
    return this.waiting.get(arn)?.length ?? 0;
  }

  /** Sends every worker home without a task. */
  close(): void {
    for (const polls of [...this.waiting.values()]) for (const poll of [...polls]) poll.take(null);
  }

  /**
   * The next task of an activity for a worker, or null when there was none until the signal aborted. Resolves when it is
   * on disk that the worker has it.
   */
  async take(
    arn: string,
    workerName: string | undefined,
    signal: AbortSignal,
  ): Promise<{ token: string; input: string } | null> {
    for (;;) {
      const offer = this.shift(arn) ?? (await this.wait(arn, workerName, signal));
      if (offer === null) return null;
      const { execution, branch, task, token, input } = offer;
      if (signal.aborted) {
        this.offer(offer);
        return null;
      }
      const answer = { kind: "taken", ...(workerName === undefined ? {} : { workerName }) } as const;
      // A task that timed out meanwhile is nobody's.
      if (await this.executions.answer(execution, branch, task, answer)) return { token, input };
    }
  }

  private wait(arn: string, workerName: string | undefined, signal: AbortSignal): Promise<Offer | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const polls = this.waiting.get(arn) ?? [];
      this.waiting.set(arn, polls);
      const done = (offer: Offer | null): void => {
        signal.removeEventListener("abort", stop);
        const place = polls.indexOf(poll);
        if (place >= 0) polls.splice(place, 1);
        if (polls.length === 0 && this.waiting.get(arn) === polls) this.waiting.delete(arn);
        resolve(offer);
      };
      const stop = (): void => done(null);
      const poll: Poll = { workerName, take: done };
      polls.push(poll);
      signal.addEventListener("abort", stop, { once: true });
    });
  }
}

function keyOf({ execution, task }: Pick<Offer, "execution" | "task">): string {
  return `${execution}:${task}`;
}
