import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "@longhaul/stepfunctions";
import { queryErrorHeader } from "../sqs/errors.js";
import type { Sqs } from "../sqs/service.js";
import { asAwsError } from "./errors.js";
import { missing } from "./missing.js";
import { json, type Reply } from "./reply.js";
import type { Route } from "./route.js";

const contentType = { "content-type": "application/x-amz-json-1.0" };

/** SQS in its JSON protocol. A caller that has gone receives nothing. */
export async function handleSqs(
  wanted: Route,
  input: object,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  sqs: Sqs,
): Promise<Reply> {
  const run = sqs.operation(wanted.operation ?? "");
  if (run === undefined) throw missing(wanted, wanted.operation ?? "");
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once("close", leave);
  try {
    const baseUrl = `http://${request.headers.host ?? "localhost"}`;
    return json(await run(input, { baseUrl, signal: gone.signal }), 200, contentType);
  } finally {
    response.off("close", leave);
  }
}

/** SQS's errors, with the codes that they had before there was JSON. */
export function sqsError(error: unknown): Reply {
  const { code, message, statusCode } = asAwsError(error);
  return json({ __type: `com.amazonaws.sqs#${code}`, message }, statusCode, {
    ...contentType,
    "x-amzn-query-error": queryErrorHeader(new AwsError(code, message, statusCode)),
  });
}
