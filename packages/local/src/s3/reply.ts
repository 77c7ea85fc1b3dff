import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { AwsError } from "@longhaul/stepfunctions";
import { S3Error } from "./errors.js";
import { type Content, xmlContent, xmlDocument } from "./xml.js";

/** Sends a status and headers without a body. */
export function sendEmpty(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...common(), ...headers }).end();
}

/** Sends an XML document. */
export function sendXml(
  response: ServerResponse,
  name: string,
  content: Content,
  headers: Record<string, string> = {},
): void {
  const body = xmlDocument(name, content);
  response.writeHead(200, { ...common(), ...xmlHeaders(body), ...headers }).end(body);
}

/** Sends an error; of a HEAD request only its status can be told. */
export function sendError(response: ServerResponse, method: string, resource: string, error: AwsError): void {
  const headers = common();
  const details = error instanceof S3Error ? error.details : {};
  if (method === "HEAD") {
    response.writeHead(error.statusCode, headers).end();
    return;
  }
  const content = xmlContent([
    ["Code", error.code],
    ["Message", error.message],
    ...Object.entries(details),
    ["Resource", resource],
    ["RequestId", headers["x-amz-request-id"]],
    ["HostId", headers["x-amz-id-2"]],
  ]);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${content}</Error>`;
  response.writeHead(error.statusCode, { ...headers, ...xmlHeaders(body) }).end(body);
}

/** The headers of every answer. */
export function common(): Record<string, string> {
  const id = randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase();
  return {
    "x-amz-request-id": id,
    "x-amz-id-2": Buffer.from(id).toString("base64"),
    // What users stored is data to the browser, never a page of this origin.
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
  };
}

function xmlHeaders(body: string): Record<string, string> {
  return { "content-type": "application/xml", "content-length": String(Buffer.byteLength(body)) };
}
