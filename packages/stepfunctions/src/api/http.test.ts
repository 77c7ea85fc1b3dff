import { PassThrough } from "node:stream";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test, vi } from "vitest";
import { answerHttp } from "./http.js";

test("a request that is broken off is nobody's fault: nothing is logged", async () => {
  const logged: string[] = [];
  const log = (_: object, message: string): void => void logged.push(message);
  const req = Object.assign(new PassThrough(), {
    method: "POST",
    headers: { "x-amz-target": "AWSStepFunctions.ListStateMachines" },
  });
  const res = Object.assign(new PassThrough(), { destroyed: true });
  const answered = answerHttp(
    () => Promise.reject(new Error("was handled")),
    { warn: log, error: log },
    req as unknown as IncomingMessage,
    res as unknown as ServerResponse,
  );
  // As node tells it: the half of the body, then an error and the end of the connection.
  req.write("{");
  req.destroy(new Error("aborted"));
  await answered;
  expect(logged).toEqual([]);
});

test("a client that goes is missed by all the requests that it has sent, one after the other", async () => {
  const signals: AbortSignal[] = [];
  const logger = { warn: () => {}, error: () => {} };
  const handle = (_operation: string, _request: unknown, signal?: AbortSignal): Promise<unknown> => {
    if (signal !== undefined) signals.push(signal);
    return new Promise(() => {});
  };
  const server = createServer((req, res) => void answerHttp(handle, logger, req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const target = "X-Amz-Target: AWSStepFunctions.GetActivityTask";
  client.write(`POST / HTTP/1.1\r\nHost: x\r\n${target}\r\nContent-Length: 2\r\n\r\n{}`.repeat(2));
  await vi.waitFor(() => expect(signals).toHaveLength(2));
  client.destroy();
  await vi.waitFor(() => expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]));
  server.close();
});
