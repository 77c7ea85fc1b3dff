/** How a delivery is doubled: once more at the same moment, or once more after the message has been deleted. */
export type Duplication = "none" | "at-once" | "after-delete";

/** Faults of queues that a test or a developer asks for. SQS delivers at least once: these make it happen. */
export class Faults {
  readonly #byQueue = new Map<string, Duplication>();
  #everywhere: Duplication = "none";

  /** Doubles each message's first delivery from now on, of one queue or of all. */
  duplicate(how: Duplication, queue: string | null = null): void {
    if (queue === null) {
      this.#everywhere = how;
      this.#byQueue.clear();
    } else this.#byQueue.set(queue, how);
  }

  /** What is set for all queues. */
  get everywhere(): Duplication {
    return this.#everywhere;
  }

  duplicates(queue: string): Duplication {
    return this.#byQueue.get(queue) ?? this.#everywhere;
  }
}
