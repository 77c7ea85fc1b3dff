import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { eachLine, ownerOf } from "./lines.js";
import type { ErrorPayload, FromWorker, ProcessDescription, ToWorker } from "./messages.js";

/** How an invocation ended. */
export type Outcome =
  | { readonly kind: "result"; readonly payload: string }
  | { readonly kind: "error"; readonly error: ErrorPayload }
  | { readonly kind: "timeout" }
  | { readonly kind: "exit"; readonly code: number | null; readonly signal: string | null };

/** What a process gives back while it lives. */
export type Answer = Extract<Outcome, { kind: "result" | "error" }>;

/** How a process ended. An `error` is the one that ended it; `id` is the invocation it came from, where that is known. */
export type Ending =
  | { readonly kind: "error"; readonly error: ErrorPayload; readonly id: number | null }
  | Extract<Outcome, { kind: "timeout" | "exit" }>;

/** Who is told what a process does. */
export interface ProcessListener {
  /** It has loaded its code. */
  ready(): void;
  /** It said anything: its event loop turns. */
  heard(): void;
  /** `lines` of its output belong to the invocation: some may come later than the answer. */
  answered(id: number, answer: Answer, lines: number): void;
  /** A line of output; `id` is null for what belongs to no invocation. */
  line(id: number | null, line: string): void;
  /** It is gone, and nothing more comes of it. */
  ended(ending: Ending): void;
}

export interface WorkerProcess {
  invoke(message: Omit<ToWorker & { type: "invoke" }, "type">): void;
  ping(): void;
  /** Kills the process; `ended` is told when it is gone. */
  kill(): void;
  readonly gone: Promise<void>;
}

const entry = new URL("../../dist/lambda/worker.js", import.meta.url);
const initTimeoutMs = 60_000;
const lastWordsMs = 1_000;

/** Starts a process. `environment` is all that its code sees of the environment. */
export function startWorker(
  given: Omit<ProcessDescription, "mark">,
  environment: Record<string, string>,
  listener: ProcessListener,
): WorkerProcess {
  const description = { ...given, mark: `${randomBytes(12).toString("base64url")}:` };
  const child = fork(entry, {
    env: environment,
    execArgv: [`--max-old-space-size=${description.memoryMb}`, "--enable-source-maps"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "json",
  });
  let ending: Ending | null = null;
  const kill = () => {
    child.kill("SIGKILL");
  };
  const init = setTimeout(() => {
    ending = { kind: "timeout" };
    kill();
  }, initTimeoutMs);
  for (const stream of [child.stdout, child.stderr]) {
    // Where there are too many files there are no streams either, and the error is told later.
    if (!(stream instanceof Readable)) continue;
    eachLine(stream, (line) => {
      const { id, text } = ownerOf(description.mark, line);
      listener.line(id, text);
    });
  }
  child.on("message", (messages: unknown) => {
    listener.heard();
    // What a handler has sent by itself.
    if (!Array.isArray(messages)) return;
    for (const message of messages as readonly FromWorker[]) {
      if (message.type === "fatal") {
        ending ??= { kind: "error", id: message.id, error: message.error };
        kill();
      } else if (message.type === "ready") {
        clearTimeout(init);
        listener.ready();
      } else tell(listener, message);
    }
  });
  const gone = exitOf(child).then((exit) => {
    clearTimeout(init);
    listener.ended(ending ?? exit);
  });
  const say = sayer(child);
  say({ type: "init", description });
  return {
    invoke: (message) => say({ type: "invoke", ...message }),
    ping: () => say({ type: "ping" }),
    kill,
    gone,
  };
}

function tell(listener: ProcessListener, message: FromWorker): void {
  if (message.type === "result") {
    listener.answered(message.id, { kind: "result", payload: message.payload }, message.lines);
  } else if (message.type === "error") {
    listener.answered(message.id, { kind: "error", error: message.error }, message.lines);
  }
}

/** What is said in one turn of the loop travels together. */
function sayer(child: ChildProcess): (message: ToWorker) => void {
  let outgoing: ToWorker[] = [];
  const flush = () => {
    const messages = outgoing;
    outgoing = [];
    // A failed send means that the process is going: its exit is the answer.
    if (child.connected) child.send(messages, () => {});
  };
  return (message) => {
    if (outgoing.push(message) === 1) setImmediate(flush);
  };
}

/** Resolves when the process is gone and what it still said and wrote has been heard. */
function exitOf(child: ChildProcess): Promise<Extract<Outcome, { kind: "exit" }>> {
  return new Promise((resolve) => {
    child.on("error", () => resolve({ kind: "exit", code: 1, signal: null }));
    child.once("exit", (code, signal) => {
      const settle = () => resolve({ kind: "exit", code, signal });
      child.once("close", settle);
      // A program that it started may hold its output open.
      setTimeout(settle, lastWordsMs).unref();
    });
  });
}
