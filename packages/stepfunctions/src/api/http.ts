import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../aws-error.js";
import { byteLength } from "../json.js";
import type { Logger } from "../ports.js";

const TARGET = /^AWSStepFunctions\.([A-Za-z]{1,64})$/;
/** A definition of 1 MiB whose every byte is escaped still fits. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Operations that end when their client has gone. Others are over before anybody could know. */
const WAITING = new Set(["GetActivityTask"]);

const UTF_8 = new TextDecoder("utf-8", { fatal: true });

type Handle = (operation: string, request: unknown, signal?: AbortSignal) => Promise<unknown>;

/** Answers one request of AWS JSON 1.0 (POST, X-Amz-Target: AWSStepFunctions.<Operation>). Never rejects. */
export async function answerHttp(
  handle: Handle,
  logger: Logger,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  try {
    const operation = readTarget(req);
    const signal = WAITING.has(operation) ? goneSignal(req, res) : undefined;
    const body = await readBody(req);
    send(res, requestId, 200, (await handle(operation, readJson(body), signal)) ?? {});
  } catch (error) {
    const known = error instanceof AwsError ? error : internal(error, requestId, logger);
    send(
      res,
      requestId,
      known.statusCode,
      { __type: known.code, message: known.message, ...known.members },
      known.code,
    );
  }
}

/** A signal that aborts when a client goes before it has its answer. */
function goneSignal({ socket }: IncomingMessage, res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  // A response that waits for those before it on its connection is not told that this has closed.
  socket.once("close", abort);
  res.once("close", () => {
    socket.off("close", abort);
    if (!res.writableFinished) abort();
  });
  return gone.signal;
}

function readTarget(req: IncomingMessage): string {
  const header = req.headers["x-amz-target"];
  const operation = typeof header === "string" ? TARGET.exec(header)?.[1] : undefined;
  if (req.method === "POST" && operation !== undefined) return operation;
  const what =
    req.method === "POST" ? `the target '${String(header ?? "").slice(0, 200)}'` : `${req.method} requests`;
  throw new AwsError(
    "UnknownOperationException",
    `This endpoint does not answer ${what}: it takes POST with X-Amz-Target: AWSStepFunctions.<Operation>`,
  );
}

function readBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      // What is too much is read to its end and thrown away, so that the client gets to hear why.
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    });
    req.on("end", () => {
      if (size <= MAX_BODY_BYTES)
        resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      else
        reject(
          new AwsError(
            "RequestEntityTooLargeException",
            `The request is longer than ${MAX_BODY_BYTES} bytes`,
            413,
          ),
        );
    });
    // Whoever breaks off a request is no fault of the engine's.
    const brokenOff = (): void =>
      reject(new AwsError("RequestAbortedException", "The request was broken off"));
    req.on("error", brokenOff);
    // Each request closes in the end, and an error with its stack is a large part of a small one's cost.
    req.on("close", () => {
      if (!req.readableEnded) brokenOff();
    });
  });
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.length === 0 ? "{}" : UTF_8.decode(body));
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON");
  }
}

function internal(error: unknown, requestId: string, logger: Logger): AwsError {
  logger.error({ err: error, requestId }, "A request failed");
  return new AwsError("InternalServerError", `The request ${requestId} failed; the log says why`, 500);
}

function send(
  res: ServerResponse,
  requestId: string,
  status: number,
  body: unknown,
  errorCode?: string,
): void {
  if (res.headersSent || res.destroyed) return;
  const text = JSON.stringify(body);
  res.writeHead(status, {
    "content-type": "application/x-amz-json-1.0",
    "content-length": byteLength(text),
    "x-amzn-requestid": requestId,
    ...(errorCode === undefined ? {} : { "x-amzn-errortype": errorCode }),
  });
  // As a string it leaves together with the headers.
  res.end(text);
}
