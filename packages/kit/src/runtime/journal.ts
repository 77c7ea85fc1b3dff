import { z } from "zod";
import type { Json } from "../json.js";
import type { StepLog } from "../step/step.js";
import type { Clock, Logger } from "./ports.js";
import type { LeaseState, StepEvent } from "./step-store.js";

type LogEvent = Extract<StepEvent, { type: "log" }>;
type ProgressEvent = Extract<StepEvent, { type: "progress" }>;

/** At most four batches, and so four progress events, a second. */
const flushMs = 250;
/** Of one batch; a handler that logs in a tight loop must not fill the run's log. */
const maxLines = 200;
const maxMessage = 4_000;
const maxFieldsBytes = 8_000;

export interface JournalOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** On each line of the process's log. */
  readonly bindings: object;
  /** Writes a batch; `seen` gets the lease's state that the store answers with. */
  readonly append: (events: readonly StepEvent[]) => Promise<LeaseState>;
  readonly seen: (state: LeaseState) => void;
}

/** Collects what a handler says, and hands it to the run's log in batches, in order. */
export class Journal {
  readonly log: StepLog;
  readonly #options: JournalOptions;
  #lines: LogEvent[] = [];
  #left = 0;
  #progress: ProgressEvent | null = null;
  #reached = 0;
  #closed = false;
  #callOff: (() => void) | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
    const line = (level: LogEvent["level"]) => (message: string, fields?: object) =>
      this.#line(level, message, fields);
    this.log = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  }

  /** Of progress, the last one before a batch goes out is kept; the fraction never goes back. */
  progress(fraction: number, message?: string): void {
    if (this.#closed || Number.isNaN(fraction)) return;
    this.#reached = Math.max(this.#reached, Math.min(1, Math.max(0, fraction)));
    this.#progress = {
      type: "progress",
      at: this.#now(),
      fraction: this.#reached,
      message: message?.slice(0, maxMessage) ?? null,
    };
    this.#schedule();
  }

  /** What is still unwritten, once all earlier batches are: goes along with the step's last write. At once where none is on its way. */
  close(): StepEvent[] | Promise<StepEvent[]> {
    this.#closed = true;
    this.#callOff?.();
    return this.#writing ? this.#writing.then(() => this.#take()) : this.#take();
  }

  #line(level: LogEvent["level"], message: string, fields?: object): void {
    if (this.#closed) return;
    const known = jsonFields(fields);
    this.#options.logger[level]({ ...this.#options.bindings, fields: known ?? undefined }, message);
    if (this.#lines.length >= maxLines) {
      this.#left += 1;
      return;
    }
    this.#lines.push({
      type: "log",
      at: this.#now(),
      level,
      message: message.slice(0, maxMessage),
      fields: known,
    });
    this.#schedule();
  }

  #schedule(): void {
    this.#callOff ??= this.#options.clock.after(flushMs, () => {
      this.#writing = this.#write().finally(() => {
        this.#callOff = null;
        if (!this.#closed && (this.#lines.length > 0 || this.#progress)) this.#schedule();
      });
    });
  }

  async #write(): Promise<void> {
    const { append, seen, logger, bindings } = this.#options;
    try {
      seen(await append(this.#take()));
    } catch (error) {
      // Whether the batch arrived is unknown; sending it again could show its lines twice.
      logger.warn({ ...bindings, err: error }, "A batch of step events may be missing from the run's log.");
    }
  }

  #take(): StepEvent[] {
    const events: StepEvent[] = [...this.#lines];
    if (this.#left > 0) {
      const message = `${this.#left} more lines were left out: a step may log ${maxLines} lines at a time.`;
      events.push({ type: "log", at: this.#now(), level: "warn", message, fields: null });
    }
    if (this.#progress) events.push(this.#progress);
    this.#lines = [];
    this.#left = 0;
    this.#progress = null;
    return events;
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }
}

const jsonObject = z.record(z.string(), z.json());

function jsonFields(fields: object | undefined): { [name: string]: Json } | null {
  if (fields === undefined) return null;
  try {
    const text = JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? `${value}` : value));
    if (text.length > maxFieldsBytes) return { omitted: "The fields were too large for the run's log." };
    return jsonObject.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return { omitted: "The fields could not be written as JSON." };
  }
}
