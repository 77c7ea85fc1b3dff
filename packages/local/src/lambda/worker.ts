// The process that runs a handler, of one function or of several that share it, and several invocations at a time where
// the function allows it: what a Lambda execution environment is. It is started by process.ts with an IPC channel and ends when that channel closes.
import { Worker } from "node:worker_threads";
import { Invocations, markOutput, publishInvokeStore, type Running } from "./invocations.js";
import type { ErrorPayload, FromWorker, ProcessDescription, ToWorker } from "./messages.js";

type Handler = (event: unknown, context: object) => unknown;

let invocations = new Invocations(1);
let endLines: (running: Running) => void = () => {};
let handler: Handler | null = null;
let description: ProcessDescription | null = null;
let outgoing: FromWorker[] = [];

const send = process.send?.bind(process);
// As on AWS: a handler that found it would speak to the service in place of this runtime.
delete process.send;

/** What is said in one turn of the loop travels together. */
function say(message: FromWorker): void {
  if (outgoing.push(message) === 1) setImmediate(() => flush());
}

function flush(then: () => void = () => {}): void {
  if (send === undefined || !process.connected) process.exit(1);
  const messages = outgoing;
  outgoing = [];
  send(messages, undefined, undefined, then);
}

function errorPayload(error: unknown): ErrorPayload {
  if (error instanceof Error) {
    return {
      errorType: error.name || "Error",
      errorMessage: error.message,
      trace: (error.stack ?? "").split("\n"),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

async function init(given: ProcessDescription): Promise<void> {
  description = given;
  invocations = new Invocations(given.concurrency);
  endLines = markOutput(given.mark, invocations);
  if (given.concurrency > 1) publishInvokeStore(invocations);
  try {
    const module = (await import(given.entry)) as { handler?: unknown };
    if (typeof module.handler !== "function") {
      const errorMessage = `${given.entry} does not export a function "handler".`;
      return end(null, { errorType: "Runtime.HandlerNotFound", errorMessage, trace: [] }, 1);
    }
    handler = module.handler as Handler;
    say({ type: "ready" });
  } catch (error) {
    const payload = errorPayload(error);
    const missing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    end(null, missing ? { ...payload, errorType: "Runtime.ImportModuleError" } : payload, 1);
  }
}

async function invoke(message: ToWorker & { type: "invoke" }): Promise<void> {
  const { id, requestId, payload } = message;
  const answer = await invocations.run(id, requestId, async (running) => {
    try {
      const result = await (handler as Handler)(JSON.parse(payload), context(message));
      return { type: "result", payload: serialise(result), running } as const;
    } catch (error) {
      return { type: "error", error: errorPayload(error), running } as const;
    }
  });
  const { running, ...rest } = answer;
  endLines(running);
  say({ ...rest, id, lines: running.lines });
}

function serialise(result: unknown): string {
  try {
    return JSON.stringify(result) ?? "null";
  } catch {
    throw new Error("Unable to stringify response body");
  }
}

/** Source: "AWS Lambda context object in Node.js". */
function context({ requestId, functionName, deadline }: ToWorker & { type: "invoke" }): object {
  const { arnPrefix, memoryMb } = description as ProcessDescription;
  return {
    awsRequestId: requestId,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `${arnPrefix}${functionName}`,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `local/${process.pid}`,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** As Node's Lambda runtime does: the invocation fails with the error, and the environment is gone. */
function giveUp(error: ErrorPayload): void {
  process.stderr.write(`${JSON.stringify({ level: "error", ...error })}\n`);
  // Also of one that has ended: what it left behind is then nobody's among those that run.
  end(invocations.current()?.id ?? null, error, 129);
}

function end(id: number | null, error: ErrorPayload, exitCode: number): void {
  outgoing.push({ type: "fatal", id, error });
  flush(() => process.exit(exitCode));
}

// A handler that never yields would not see the channel close, so a thread watches the parent too.
const watchdog = `
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, "SIGKILL"); }, 1000);
`;

function hear(message: ToWorker): void {
  switch (message.type) {
    case "init":
      return void init(message.description);
    case "invoke":
      return void invoke(message);
    case "ping":
      return say({ type: "pong" });
  }
}

process.on("uncaughtException", (error) => giveUp(errorPayload(error)));
process.on("unhandledRejection", (reason) =>
  giveUp({ ...errorPayload(reason), errorType: "Runtime.UnhandledPromiseRejection" }),
);
process.on("disconnect", () => process.exit(0));
// Ctrl-C in a terminal reaches the whole group; the cloud decides when its workers end.
process.on("SIGINT", () => {});
process.on("message", (messages: readonly ToWorker[]) => {
  for (const message of messages) hear(message);
});
new Worker(watchdog, {
  eval: true,
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
}).unref();
