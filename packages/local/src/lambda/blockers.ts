import { blockedMs, type Slot } from "./slot.js";

const limit = `more than ${blockedMs / 1000} s without a pause`;
const advice = "A step that computes should say `exclusive: true`.";

/** Tells of functions that stop all others in their process. */
export class Blockers {
  readonly #tell: (sentence: string) => void;
  readonly #named = new Set<string>();

  constructor(tell: (sentence: string) => void) {
    this.#tell = tell;
  }

  /** A process that is ended because its event loop does not turn. */
  ended({ functionNames }: Slot): void {
    const [only = "", ...others] = functionNames;
    if (others.length === 0) return this.#name(only);
    this.#tell(
      `A process was ended because one of ${functionNames.join(", ")} computed for ${limit}: ` +
        `what it held is run again, each alone. ${advice}`,
    );
  }

  /** Who is run again alone, and blocks its process again, is the one that did before. */
  look(slot: Slot, now: number): void {
    const { oldest } = slot;
    if (oldest?.alone && slot.silentMs(now) > blockedMs) this.#name(oldest.invocation.functionName);
  }

  #name(functionName: string): void {
    if (this.#named.has(functionName)) return;
    this.#named.add(functionName);
    this.#tell(
      `The function ${functionName} computed for ${limit}, which stops all others in its process: ` +
        `that was ended, and they are run again. ${advice}`,
    );
  }
}
