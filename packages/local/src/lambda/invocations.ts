import { AsyncLocalStorage } from "node:async_hooks";
import { StringDecoder } from "node:string_decoder";
import { marked } from "./lines.js";

interface OpenLine {
  text: string;
  /** Keeps the first bytes of a character whose others are written later. */
  readonly decoder: StringDecoder;
}

/** An invocation within the worker process. */
export interface Running {
  readonly id: number;
  readonly requestId: string;
  /** Lines that were written for it. */
  lines: number;
  /** A line that has no end yet, by stream. */
  readonly open: Map<NodeJS.WriteStream, OpenLine>;
  /** What libraries keep for it (Lambda's InvokeStore). */
  readonly kept: Map<PropertyKey, unknown>;
}

/**
 * The invocations that the process holds, and which of them runs now: what is called by a handler, at once or
 * later, belongs to its invocation. A process that holds one at a time needs no asking.
 */
export class Invocations {
  readonly #storage: AsyncLocalStorage<Running> | null;
  #only: Running | undefined;

  constructor(concurrency: number) {
    this.#storage = concurrency > 1 ? new AsyncLocalStorage() : null;
  }

  /** The invocation whose code runs; also one that has ended, where that left something running. */
  current(): Running | undefined {
    return this.#storage === null ? this.#only : this.#storage.getStore();
  }

  run<T>(id: number, requestId: string, work: (running: Running) => Promise<T>): Promise<T> {
    const running: Running = { id, requestId, lines: 0, open: new Map(), kept: new Map() };
    return this.#storage === null ? this.#alone(running, work) : this.#storage.run(running, work, running);
  }

  async #alone<T>(running: Running, work: (running: Running) => Promise<T>): Promise<T> {
    this.#only = running;
    try {
      return await work(running);
    } finally {
      if (this.#only === running) this.#only = undefined;
    }
  }
}

/** A line that becomes longer is cut: nobody marks what is left of one that the reader cuts. */
const longestLine = 262_144;

/**
 * Marks each line that is written to stdout or stderr with the invocation that writes it. What others write there,
 * like programs that a handler starts, stays as it is.
 *
 * @returns ends the lines that an invocation has begun
 */
export function markOutput(mark: string, invocations: Invocations): (running: Running) => void {
  const writers = new Map<NodeJS.WriteStream, (...written: unknown[]) => boolean>();
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write as (...written: unknown[]) => boolean;
    const original = (...written: unknown[]) => Reflect.apply(write, stream, written);
    writers.set(stream, original);
    stream.write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
      const running = invocations.current();
      if (running === undefined) return original(chunk, ...more);
      const open = openLine(running, stream);
      const encoding = typeof more[0] === "string" ? (more[0] as BufferEncoding) : "utf8";
      const lines = ended(open, typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
      running.lines += lines.length;
      const text = lines.map((line) => marked(mark, running.id, line)).join("");
      return original(text, ...more.filter((one) => typeof one === "function"));
    };
  }
  return (running) => {
    for (const [stream, open] of running.open) {
      const text = open.text + open.decoder.end();
      if (text === "") continue;
      running.lines += 1;
      writers.get(stream)?.(marked(mark, running.id, text));
    }
    running.open.clear();
  };
}

function openLine({ open }: Running, stream: NodeJS.WriteStream): OpenLine {
  let line = open.get(stream);
  if (line === undefined) {
    line = { text: "", decoder: new StringDecoder("utf8") };
    open.set(stream, line);
  }
  return line;
}

/** The lines that have their end now; the rest stays open. */
function ended(open: OpenLine, bytes: Uint8Array): string[] {
  const [first = "", ...more] = open.decoder.write(Buffer.from(bytes)).split("\n");
  open.text += first;
  const lines: string[] = [];
  for (const next of more) {
    lines.push(...pieces(open.text));
    open.text = next;
  }
  if (open.text.length > longestLine) {
    const cut = pieces(open.text);
    open.text = cut.pop() ?? "";
    lines.push(...cut);
  }
  return lines;
}

function pieces(line: string): string[] {
  if (line.length <= longestLine) return [line];
  const count = Math.ceil(line.length / longestLine);
  return Array.from({ length: count }, (_, at) => line.slice(at * longestLine, (at + 1) * longestLine));
}

const requestIdKey = Symbol.for("_AWS_LAMBDA_REQUEST_ID");

/**
 * The store by which Lambda's runtime tells libraries, Powertools among them, which of several concurrent
 * invocations is theirs. Source: @aws/lambda-invoke-store, whose face it has.
 */
export function publishInvokeStore(invocations: Invocations): void {
  const get = (key: PropertyKey) => {
    const running = invocations.current();
    return key === requestIdKey ? running?.requestId : running?.kept.get(key);
  };
  const nothing = () => undefined;
  const store = {
    getContext: () => invocations.current(),
    hasContext: () => invocations.current() !== undefined,
    get,
    set(key: PropertyKey, value: unknown) {
      if (key === requestIdKey)
        throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
      const running = invocations.current();
      if (running === undefined) throw new Error("No context available");
      running.kept.set(key, value);
    },
    getRequestId: () => invocations.current()?.requestId ?? "-",
    getXRayTraceId: nothing,
    getTenantId: nothing,
    getTraceparent: nothing,
    getTracestate: nothing,
    getBaggage: nothing,
  };
  Object.assign(globalThis, { awslambda: { InvokeStore: store } });
}
