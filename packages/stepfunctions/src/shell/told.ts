/** Who is told what became of an event. Callbacks in place of promises, of which each turn would need several. */
export interface Told {
  /** Told, once it is on disk, whether it came to anything. */
  done(effective: boolean): void;
  failed(error: unknown): void;
}

export const nobody: Told = { done: () => {}, failed: () => {} };

/** A promise of what is told. */
export function promised(work: (told: Told) => void): Promise<boolean> {
  return new Promise((done, failed) => work({ done, failed }));
}

/** Tells, and then does something else. */
export function andThen(told: Told, also: () => void): Told {
  return {
    done(effective) {
      told.done(effective);
      also();
    },
    failed(error) {
      told.failed(error);
      also();
    },
  };
}
