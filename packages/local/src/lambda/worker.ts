// The process that runs one function's handler, one invocation at a time: what a Lambda execution
// environment is. It is started by process.ts with an IPC channel and ends when that channel closes.
import { Worker } from "node:worker_threads";
import type { ErrorPayload, FromWorker, FunctionDescription, ToWorker } from "./messages.js";

type Handler = (event: unknown, context: object) => unknown;

interface Running {
  readonly requestId: string;
}

let running: Running | null = null;
let handler: Handler | null = null;
let description: FunctionDescription | null = null;

function send(message: FromWorker, then?: () => void): void {
  if (process.send === undefined || !process.connected) process.exit(1);
  process.send(message, () => then?.());
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

async function init(given: FunctionDescription): Promise<void> {
  description = given;
  try {
    const module = (await import(given.entry)) as { handler?: unknown };
    if (typeof module.handler !== "function") {
      const errorMessage = `${given.entry} does not export a function "handler".`;
      return fail({ errorType: "Runtime.HandlerNotFound", errorMessage, trace: [] });
    }
    handler = module.handler as Handler;
    send({ type: "ready" });
  } catch (error) {
    const payload = errorPayload(error);
    const missing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    fail(missing ? { ...payload, errorType: "Runtime.ImportModuleError" } : payload);
  }
}

function fail(error: ErrorPayload): void {
  send({ type: "init-failed", error }, () => process.exit(1));
}

async function invoke({ requestId, payload, deadline }: ToWorker & { type: "invoke" }): Promise<void> {
  running = { requestId };
  let reply: FromWorker;
  try {
    const result = await (handler as Handler)(JSON.parse(payload), context(requestId, deadline));
    reply = { type: "result", requestId, payload: serialise(result) };
  } catch (error) {
    reply = { type: "error", requestId, error: errorPayload(error), last: false };
  }
  running = null;
  send(reply);
}

function serialise(result: unknown): string {
  try {
    return JSON.stringify(result) ?? "null";
  } catch {
    throw new Error("Unable to stringify response body");
  }
}

/** Source: "AWS Lambda context object in Node.js". */
function context(awsRequestId: string, deadline: number): object {
  const { functionName, functionArn, memoryMb } = description as FunctionDescription;
  return {
    awsRequestId,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
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
  if (running === null) process.exit(1);
  send({ type: "error", requestId: running.requestId, error, last: true }, () => process.exit(129));
}

// A handler that never yields would not see the channel close, so a thread watches the parent too.
const watchdog = `
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, "SIGKILL"); }, 1000);
`;

process.on("uncaughtException", (error) => giveUp(errorPayload(error)));
process.on("unhandledRejection", (reason) =>
  giveUp({ ...errorPayload(reason), errorType: "Runtime.UnhandledPromiseRejection" }),
);
process.on("disconnect", () => process.exit(0));
// Ctrl-C in a terminal reaches the whole group; the cloud decides when its workers end.
process.on("SIGINT", () => {});
process.on("message", (message: ToWorker) => {
  if (message.type === "init") void init(message.description);
  else void invoke(message);
});
new Worker(watchdog, {
  eval: true,
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
}).unref();
