/** Counts what is under way. */
export class InFlight {
  private count = 0;
  private none: (() => void) | null = null;

  began(): void {
    this.count += 1;
  }

  ended(): void {
    this.count -= 1;
    if (this.count === 0) this.none?.();
  }

  /** Resolves when there is none. */
  async over(): Promise<void> {
    if (this.count > 0) await new Promise<void>((resolve) => (this.none = resolve));
  }
}
