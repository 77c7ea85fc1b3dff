import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import type { ErrorPayload, FromWorker, FunctionDescription, ToWorker } from "./messages.js";

/** How an invocation ended. `exit`, `timeout` and a `last` error cost the process. */
export type Outcome =
  | { readonly kind: "result"; readonly payload: string }
  | { readonly kind: "error"; readonly error: ErrorPayload; readonly last: boolean }
  | { readonly kind: "timeout" }
  | { readonly kind: "exit"; readonly code: number | null; readonly signal: string | null };

export interface Invocation {
  readonly requestId: string;
  readonly payload: string;
  readonly timeoutMs: number;
  readonly onLine: (line: string) => void;
}

export interface WorkerProcess {
  /** Runs one invocation; the caller never starts a second one before the first is settled. */
  run(invocation: Invocation): Promise<Outcome>;
  /** Whether it can take another invocation. */
  alive(): boolean;
  /** Ends the process, at once; resolves when it is gone. */
  stop(): Promise<void>;
}

const entry = new URL("../../dist/lambda/worker.js", import.meta.url);
const initTimeoutMs = 60_000;

/** Starts the process of one function. `environment` is all that its code sees of the environment. */
export function startWorker(
  description: FunctionDescription,
  environment: Record<string, string>,
): WorkerProcess {
  const child = fork(entry, {
    env: environment,
    execArgv: [`--max-old-space-size=${description.memoryMb}`, "--enable-source-maps"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "json",
  });
  let onLine: (line: string) => void = () => {};
  forwardLines(child, (line) => onLine(line));
  const exited = exitOf(child);
  const ready = within(initTimeoutMs, firstReply(child, exited));
  tell(child, { type: "init", description });

  return {
    alive: () => child.exitCode === null && child.signalCode === null && child.connected,
    async run(invocation) {
      onLine = invocation.onLine;
      const started = await ready;
      if (started.kind !== "result") return started.kind === "timeout" ? kill(started) : started;
      const deadline = Date.now() + invocation.timeoutMs;
      const reply = replyTo(child, invocation.requestId, exited);
      tell(child, { type: "invoke", requestId: invocation.requestId, payload: invocation.payload, deadline });
      const outcome = await within(invocation.timeoutMs, reply);
      if (outcome.kind === "timeout") return kill(outcome);
      // Lines written before the reply are in the pipe already: let this turn of the loop read them.
      await new Promise((resolve) => setImmediate(resolve));
      return outcome;
    },
    async stop() {
      await kill(null);
    },
  };

  async function kill<T>(outcome: T): Promise<T> {
    child.kill("SIGKILL");
    await exited;
    return outcome;
  }
}

const lastWordsMs = 1_000;

/** Resolves when the process is gone and what it still said over the channel has been heard. */
function exitOf(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    child.once("error", () => resolve({ kind: "exit", code: 1, signal: null }));
    child.once("exit", (code, signal) => {
      const settle = () => resolve({ kind: "exit", code, signal });
      if (!child.connected) return settle();
      child.once("disconnect", settle);
      setTimeout(settle, lastWordsMs).unref();
    });
  });
}

function tell(child: ChildProcess, message: ToWorker): void {
  // A failed send means that the process is going: its exit is the answer.
  if (child.connected) child.send(message, () => {});
}

function forwardLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null)
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine);
  }
}

function firstReply(child: ChildProcess, exited: Promise<Outcome>): Promise<Outcome> {
  return firstOf(child, exited, (message) => {
    if (message.type === "ready") return { kind: "result", payload: "" };
    return message.type === "init-failed" ? { kind: "error", error: message.error, last: true } : null;
  });
}

function replyTo(child: ChildProcess, requestId: string, exited: Promise<Outcome>): Promise<Outcome> {
  return firstOf(child, exited, (message) => {
    if (message.type === "result" && message.requestId === requestId) {
      return { kind: "result", payload: message.payload };
    }
    const isError = message.type === "error" && message.requestId === requestId;
    return isError ? { kind: "error", error: message.error, last: message.last } : null;
  });
}

function firstOf(
  child: ChildProcess,
  exited: Promise<Outcome>,
  read: (message: FromWorker) => Outcome | null,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const onMessage = (message: FromWorker) => {
      const outcome = read(message);
      if (outcome !== null) settle(outcome);
    };
    const settle = (outcome: Outcome) => {
      child.off("message", onMessage);
      resolve(outcome);
    };
    child.on("message", onMessage);
    void exited.then(settle);
  });
}

async function within(milliseconds: number, outcome: Promise<Outcome>): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Outcome>((resolve) => {
    timer = setTimeout(resolve, milliseconds, { kind: "timeout" });
  });
  try {
    return await Promise.race([outcome, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
