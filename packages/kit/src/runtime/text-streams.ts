import type { StepTextStream } from "../step/step.js";
import type { Clock, Logger } from "./ports.js";
import type { LeaseState } from "./step-store.js";

const flushMs = 250;
/** Of one message; a broadcast of Realtime has its limits. */
const maxChunk = 16_000;
/** Of what waits to be sent; a step that writes faster than this is shown with gaps. */
const maxPending = 64_000;
const maxStreams = 16;
const maxName = 80;

export interface TextStreamsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bindings: object;
  /** Sends a piece; `seen` gets the lease's state that the store answers with. */
  readonly send: (piece: { name: string; offset: number; text: string }) => Promise<LeaseState>;
  readonly seen: (state: LeaseState) => void;
}

interface Growing {
  readonly name: string;
  /** Where `pending` begins, in UTF-16 units. */
  offset: number;
  pending: string;
}

/** The texts that grow while a handler works, sent at most four times a second and in order. */
export class TextStreams {
  readonly #options: TextStreamsOptions;
  readonly #streams = new Map<string, Growing>();
  #closed = false;
  #callOff: (() => void) | null = null;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: TextStreamsOptions) {
    this.#options = options;
  }

  /** @throws TypeError for a name that is none, or the seventeenth stream. */
  open(name: string): StepTextStream {
    if (typeof name !== "string" || name.length === 0 || name.length > maxName) {
      throw new TypeError(`A text stream's name has 1 to ${maxName} characters.`);
    }
    const known = this.#streams.get(name);
    if (!known && this.#streams.size >= maxStreams) {
      throw new TypeError(`A step has at most ${maxStreams} text streams.`);
    }
    const stream = known ?? { name, offset: 0, pending: "" };
    this.#streams.set(name, stream);
    return { write: (text) => this.#write(stream, String(text)) };
  }

  /** Sends what is left; where nobody has opened one there is nothing to wait for. */
  close(): Promise<void> | undefined {
    this.#closed = true;
    return this.#streams.size === 0 ? undefined : this.#finish();
  }

  async #finish(): Promise<void> {
    this.#callOff?.();
    await this.#sending;
    await this.#send();
  }

  #write(stream: Growing, text: string): void {
    if (this.#closed || text === "") return;
    stream.pending += text;
    const tooMuch = stream.pending.length - maxPending;
    if (tooMuch > 0) {
      // The offset tells the reader that something is missing here.
      stream.offset += tooMuch;
      stream.pending = stream.pending.slice(tooMuch);
    }
    this.#schedule();
  }

  #schedule(): void {
    this.#callOff ??= this.#options.clock.after(flushMs, () => {
      this.#sending = this.#send().finally(() => {
        this.#callOff = null;
        if (!this.#closed && [...this.#streams.values()].some(({ pending }) => pending.length > 1)) {
          this.#schedule();
        }
      });
    });
  }

  async #send(): Promise<void> {
    const { send, seen, logger, bindings } = this.#options;
    for (const stream of this.#streams.values()) {
      const { name, offset } = stream;
      // Half of a pair waits for the other.
      const whole = stream.pending.length - (!this.#closed && isFirstHalf(stream.pending.at(-1)) ? 1 : 0);
      const pending = stream.pending.slice(0, whole);
      stream.pending = stream.pending.slice(whole);
      stream.offset += whole;
      for (let at = 0; at < pending.length; ) {
        const text = piece(pending, at);
        try {
          seen(await send({ name, offset: offset + at, text }));
        } catch (error) {
          logger.warn({ ...bindings, err: error }, "A piece of a text stream was not sent.");
        }
        at += text.length;
      }
    }
  }
}

/** The next piece, which parts no surrogate pair. */
function piece(text: string, at: number): string {
  const end = at + maxChunk;
  return text.slice(at, end < text.length && isFirstHalf(text[end - 1]) ? end - 1 : end);
}

function isFirstHalf(unit: string | undefined): boolean {
  return unit !== undefined && unit >= "\ud800" && unit < "\udc00";
}
