import { PassThrough } from "node:stream";
import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, test } from "vitest";
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
