import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { AwsError } from "@longhaul/stepfunctions";
import type { Route } from "./route.js";

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A reply of the JSON protocols. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** A reply of the Query protocol. `result` is XML, already escaped; null for operations that have none. */
export function queryResult(operation: string, namespace: string, result: string | null): Reply {
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  const inner = result === null ? "" : `<${operation}Result>${result}</${operation}Result>`;
  const body = `<${operation}Response xmlns="${namespace}">${inner}${metadata}</${operation}Response>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}

/** An error in the shape of the service's own protocol, so that the client raises it as its own class. */
export function errorReply(route: Pick<Route, "protocol" | "service">, error: AwsError): Reply {
  const { code, message, statusCode: status } = error;
  const type = status >= 500 ? "Receiver" : "Sender";
  const coded = { "x-amzn-errortype": code };
  if (route.protocol === "json") return json({ __type: code, message }, status, coded);
  if (route.protocol === "rest-json") {
    // boto3 reads `message`, Lambda's own clients `Message`.
    return json({ Type: type === "Sender" ? "User" : "Service", Message: message, message }, status, coded);
  }
  const inner = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  const body =
    route.protocol === "query"
      ? `<ErrorResponse><Error><Type>${type}</Type>${inner}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`
      : `<Error>${inner}<RequestId>${randomUUID()}</RequestId></Error>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}

/** Writes a reply and ends the response. */
export function send(response: ServerResponse, reply: Reply): void {
  const body = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(reply.body);
  response.writeHead(reply.status, {
    "x-amzn-requestid": randomUUID(),
    "x-content-type-options": "nosniff",
    ...reply.headers,
    "content-length": String(body.length),
  });
  response.end(body);
}

export function escapeXml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
  };
  // Control characters other than tab and line ends are not allowed in XML, not even as entities.
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "")
    .replace(/[&<>"']/g, (c) => entities[c] ?? c);
}
