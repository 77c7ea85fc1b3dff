import { isObject } from "../../json.js";
import type { Subject } from "./subject.js";

const HTTP_TASK = /:::http:invoke$/;

/** Whether a state is an HTTP Task. */
export function callsHttp({ definition }: Subject): boolean {
  return typeof definition.Resource === "string" && HTTP_TASK.test(definition.Resource);
}

/**
 * The request and response of an HTTP Task, of what it was called with and what came of it. What a connection adds to
 * the request is its invoker's affair and is not here.
 */
export function httpExchange({ afterArguments, afterParameters, result }: Record<string, unknown>): object {
  const call = parsed(afterArguments ?? afterParameters);
  const answer = parsed(result);
  if (call === undefined) return {};
  return { request: requestOf(call), ...(answer === undefined ? {} : { response: responseOf(answer) }) };
}

function requestOf(call: Record<string, unknown>): object {
  const {
    ApiEndpoint: endpoint,
    Method: method,
    Headers: headers,
    QueryParameters: query,
    RequestBody: body,
  } = call;
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(isObject(query) ? query : {}))
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value])
      address.append(name, shown(each));
  return {
    protocol: protocolOf(endpoint),
    method,
    url: address.size === 0 ? endpoint : `${shown(endpoint)}?${address.toString()}`,
    headers: headersOf(headers),
    ...(body === undefined ? {} : { body: shown(body) }),
  };
}

function responseOf(answer: Record<string, unknown>): object {
  const { StatusCode: code, StatusText: message, Headers: headers, ResponseBody: body } = answer;
  return {
    protocol: "https",
    ...(code === undefined ? {} : { statusCode: shown(code) }),
    ...(message === undefined ? {} : { statusMessage: shown(message) }),
    headers: headersOf(headers),
    ...(body === undefined ? {} : { body: shown(body) }),
  };
}

function protocolOf(endpoint: unknown): string {
  return typeof endpoint === "string" && endpoint.startsWith("http:") ? "http" : "https";
}

function headersOf(headers: unknown): string {
  const each = Object.entries(isObject(headers) ? headers : {}).map(([name, value]) => {
    const values = Array.isArray(value) ? (value as unknown[]).map(shown).join(", ") : shown(value);
    return `${name}: ${values}`;
  });
  return `[${each.join(", ")}]`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parsed(text: unknown): Record<string, unknown> | undefined {
  const value: unknown = typeof text === "string" ? JSON.parse(text) : undefined;
  return isObject(value) ? value : undefined;
}
