import { FatalError, RetryableError, type StepContext } from "@longhaul/kit/step";
import { type AmcEnvironment, amcEnv } from "./env.js";
import type { Target } from "../result.js";

type Caller = Pick<StepContext, "connections" | "signal">;

export interface AmcRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** After the instance's own path, e.g. "workflowExecutions". */
  readonly path: string;
  readonly body?: object;
}

const requestMs = 30_000;
/** Of one answer, which is a status or a list of URLs. */
const mostBytes = 4 * 1024 * 1024;

/**
 * Calls AMC's reporting API and gives parsed JSON. A token that is turned away is renewed, once.
 *
 * @throws RetryableError when AMC is busy (with what it asks to wait), cannot be reached or breaks off; FatalError when it
 *   refuses. Neither holds a header or a token.
 */
export async function callAmc(
  target: Target,
  request: AmcRequest,
  ctx: Caller,
  env: AmcEnvironment = amcEnv(),
): Promise<unknown> {
  const first = await ctx.connections.accessToken(target.connectionId);
  const response = await send(target, request, first, ctx, env);
  if (response.status !== 401) return answer(response);
  await response.body?.cancel();
  const second = await ctx.connections.accessToken(target.connectionId, { refused: first });
  return answer(await send(target, request, second, ctx, env));
}

async function send(
  { amcInstanceId, accountId, marketplaceId }: Target,
  { method, path, body }: AmcRequest,
  token: string,
  { signal }: Caller,
  env: AmcEnvironment,
): Promise<Response> {
  const url = `${env.AMAZON_ADS_URL}/amc/reporting/${encodeURIComponent(amcInstanceId)}/${path}`;
  try {
    return await fetch(url, {
      method,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${token}`,
        "Amazon-Advertising-API-ClientId": env.AMAZON_ADS_CLIENT_ID,
        "Amazon-Advertising-API-AdvertiserId": accountId,
        "Amazon-Advertising-API-MarketplaceId": marketplaceId,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new RetryableError("Amazon Marketing Cloud cannot be reached.", { code: "AMC_UNAVAILABLE", cause });
  }
}

async function answer(response: Response): Promise<unknown> {
  const text = await read(response);
  if (!response.ok) throw failure(response, text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const sentence = "Amazon Marketing Cloud gave half an answer.";
    throw new RetryableError(sentence, { code: "AMC_ANSWER_INCOMPLETE", cause });
  }
}

async function read(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > mostBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    const sentence = "Amazon Marketing Cloud broke off in the middle of an answer.";
    throw new RetryableError(sentence, { code: "AMC_ANSWER_INCOMPLETE", cause });
  }
  return Buffer.concat(chunks).toString("utf8");
}

function failure({ status, headers }: Response, text: string): Error {
  if (status === 429) {
    const retryAfter = waitOf(headers.get("retry-after"));
    const sentence = "Amazon Marketing Cloud has too much to do at the moment.";
    return new RetryableError(sentence, { code: "AMC_THROTTLED", ...(retryAfter && { retryAfter }) });
  }
  if (status >= 500) {
    const sentence = `Amazon Marketing Cloud has a problem of its own (it answered ${status}).`;
    return new RetryableError(sentence, { code: "AMC_UNAVAILABLE" });
  }
  if (status === 401) {
    const sentence = "Amazon does not accept the connection's token, not even a new one. Connect it again.";
    return new FatalError(sentence, { code: "CONNECTION_REFUSED" });
  }
  if (status === 403) {
    const sentence =
      "The connection's account may not use this instance. Ask its administrator, or connect another account.";
    return new FatalError(sentence, { code: "AMC_FORBIDDEN" });
  }
  if (status === 404) {
    const sentence = "Amazon Marketing Cloud does not know this instance or execution any more.";
    return new FatalError(sentence, { code: "AMC_NOT_FOUND" });
  }
  return new FatalError(`Amazon Marketing Cloud refused the request: ${detailsOf(text)}`, {
    code: "AMC_REFUSED",
  });
}

/** Retry-After is seconds or a date (RFC 9110, section 10.2.3). */
function waitOf(header: string | null): number | Date | undefined {
  if (header === null) return undefined;
  if (/^\d{1,6}$/.test(header)) return Math.max(1, Number(header));
  const at = new Date(header);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function detailsOf(text: string): string {
  try {
    const { details, message } = JSON.parse(text) as { details?: unknown; message?: unknown };
    const said = typeof details === "string" ? details : message;
    if (typeof said === "string" && said !== "") return said.slice(0, 1_000);
  } catch {
    // Said below.
  }
  return "it did not say why.";
}
