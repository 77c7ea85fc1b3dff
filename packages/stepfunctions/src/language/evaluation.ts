import { getHeapStatistics } from "node:v8";
import {
  BYTES_PER_STEP,
  FULL_HEAP,
  MAX_COMPARISONS,
  MAX_COMPUTING_MS,
  MAX_MEMORY,
  MAX_NESTING,
  MAX_TEXT_LENGTH,
  MAX_VALUE_SIZE,
  STEPS_PER_SLICE,
} from "./bounds.js";
import type { Randomness } from "./randomness.js";
import type { Scope } from "./scope.js";
import type { AstNode } from "./syntax-tree.js";
import { nextTurn } from "./turns.js";
import { isFunctionValue, ValueSizes } from "./value-size.js";

/** What this folder uses of jsonata's frames, the places where it keeps variables. */
export interface Frame {
  base: Frame;
  depth: number;
  timestamp: Date;
  guardrails(): void;
  bind(name: string | symbol, value: unknown): void;
  lookup(name: string | symbol): unknown;
}

/** jsonata calls what is bound to these with each part that it evaluates, before and after, and awaits the answer. */
export const ENTRY = Symbol.for("jsonata.__evaluate_entry");
const EXIT = Symbol.for("jsonata.__evaluate_exit");

/** Estimated bytes of what jsonata makes for itself: a frame and promises, an object, one of its slots. */
const PER_CALL = 600;
const PER_OBJECT = 200;
const PER_SLOT = 16;

/**
 * One evaluation by `jsonata`, held within bounds of time and memory. It lets the event loop go on after a fixed number
 * of steps, all of it at once, so that the order in which its parts are evaluated does not depend on time.
 */
export class Evaluation {
  readonly sizes = new ValueSizes();
  private steps = 0;
  private sliceEnd = STEPS_PER_SLICE;
  private memory = 0;
  private computed = 0;
  private since = performance.now();
  private over: Error | undefined;
  private frame: Frame | undefined;
  private pause: Promise<void> | undefined;

  constructor(readonly scope: Scope) {}

  /** Makes whatever is still to be evaluated fail: members side by side do not stop when one of them fails. */
  end(error: Error): void {
    this.over = error;
  }

  /** The scope's random numbers, for as long as the evaluation lasts: they must not be drawn at odd times. */
  get random(): Randomness {
    return {
      number: () => this.going().scope.random.number(),
      uuid: () => this.going().scope.random.uuid(),
    };
  }

  private going(): this {
    if (this.over !== undefined) throw this.over;
    return this;
  }

  /** Takes over a frame of jsonata's before the first part is evaluated. */
  begin(frame: Frame): void {
    this.going();
    frame.timestamp = new Date(this.scope.at);
    frame.guardrails = () => this.enter(frame);
    this.frame = frame;
    frame.bind(EXIT, (node: AstNode, _: unknown, __: unknown, result: unknown) => this.leave(node, result));
    frame.bind(ENTRY, undefined);
  }

  /** Before each part. */
  private enter(frame: Frame): void {
    this.going();
    if (frame.depth > MAX_NESTING) throw failure("D1011", MAX_NESTING);
    this.steps += 1;
    if (this.steps % 32 === 0) this.checkTime();
    if (this.steps >= this.sliceEnd && this.pause === undefined) this.rest();
  }

  /** Counts work that takes as long as so many evaluations of parts. */
  work(steps: number): void {
    this.steps += Math.ceil(steps);
  }

  /** A pause when one is due, for work that does not go through the evaluation of parts. */
  due(): Promise<void> | undefined {
    if (this.steps >= this.sliceEnd && this.pause === undefined) this.rest();
    return this.pause;
  }

  /** @throws Error once the evaluation has computed for too long: called wherever much may happen at once */
  checkTime(): void {
    if (this.computed + performance.now() - this.since > MAX_COMPUTING_MS)
      throw failure("D1012", MAX_COMPUTING_MS);
  }

  /** Lets the event loop go on. Every part that is to be evaluated meanwhile waits as well. */
  private rest(): void {
    this.checkHeap();
    this.computed += performance.now() - this.since;
    this.pause = nextTurn().then(() => {
      this.pause = undefined;
      this.since = performance.now();
      this.sliceEnd = this.steps + STEPS_PER_SLICE;
      this.frame?.bind(ENTRY, undefined);
    });
    this.frame?.bind(ENTRY, () => this.pause);
  }

  private checkHeap(): void {
    if (this.memory < MAX_MEMORY / 8) return;
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    if (used > limit * FULL_HEAP) throw tooMuchMemory();
  }

  /** After each part: what it made is counted, what it only looked up is not. */
  private leave(node: AstNode, result: unknown): void {
    const { type } = node;
    if (type === "lambda") this.take(PER_CALL);
    else if (MAKERS.has(type) || "group" in node || (type === "path" && isSequence(result)))
      this.account(result);
  }

  /** Counts a value that was made. @throws Error when it, or all of them, are too large */
  account(value: unknown): void {
    if (typeof value === "string") {
      this.checkLength(value.length);
      this.take(value.length);
    } else if (typeof value === "object" && value !== null && !isFunctionValue(value)) {
      this.take(PER_SLOT * (Array.isArray(value) ? value.length : PER_OBJECT / PER_SLOT));
      this.checkSize(value);
    }
  }

  /** @throws Error for a text that is too long */
  checkLength(length: number): void {
    if (length > MAX_TEXT_LENGTH) throw new Error(`A text is longer than ${MAX_TEXT_LENGTH} characters`);
  }

  /** @throws Error for a value that is too large to be written out */
  checkSize(value: unknown): void {
    if (this.sizes.of(value) > MAX_VALUE_SIZE) throw new Error("A value is too large");
  }

  /** @throws Error for a native operation of too many steps */
  checkWork(steps: number): void {
    if (steps > MAX_COMPARISONS) throw new Error("A function was given values that are too large for it");
  }

  private take(bytes: number): void {
    this.memory += bytes;
    if (bytes > BYTES_PER_STEP) this.work(bytes / BYTES_PER_STEP);
    if (this.memory > MAX_MEMORY) throw tooMuchMemory();
  }
}

/** Kinds of nodes whose results are new. What functions give is counted where they are called. */
const MAKERS = new Set(["unary", "binary", "apply", "wildcard", "descendant", "partial"]);

function isSequence(value: unknown): boolean {
  return typeof value === "object" && value !== null && "sequence" in value;
}

/** In the words of AWS. */
function tooMuchMemory(): Error {
  return new Error("Expression evaluation memory limit exceeded: Check for excessive memory usage");
}

/** A failure in jsonata's manner: it finds the text by the code. */
function failure(code: string, value: number): Error {
  return Object.assign(new Error(code), { code, value });
}
