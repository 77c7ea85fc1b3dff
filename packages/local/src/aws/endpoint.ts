import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Controls } from "../controls/controls.js";
import type { Account } from "../lambda/names.js";
import { maxRequestBytes } from "../lambda/payloads.js";
import type { EventSources } from "../lambda/event-sources.js";
import { handleEventSources } from "./event-sources-api.js";
import type { Lambda } from "../lambda/service.js";
import type { Logger } from "../log.js";
import type { Outbox } from "../outbox/outbox.js";
import type { S3 } from "../s3/service.js";
import type { SageMaker } from "../sagemaker/service.js";
import type { Scheduler } from "../scheduler/service.js";
import type { SecretsManager } from "../secrets-manager/service.js";
import type { Sns } from "../sns/service.js";
import type { Sqs } from "../sqs/service.js";
import { readBody, parseObject } from "./body.js";
import { AwsError, type StepFunctions } from "@longhaul/stepfunctions";
import { asAwsError } from "./errors.js";
import type { EventBus } from "./event-bus.js";
import { eventsOperations } from "./events.js";
import { refusal } from "./guard.js";
import { handleLambda } from "./lambda-api.js";
import { missing, restOperation } from "./missing.js";
import { handleOwnPage } from "./own-pages.js";
import { errorReply, json, type Reply, send } from "./reply.js";
import { type Route, route } from "./route.js";
import { sendEmail } from "./ses.js";
import { handleSns } from "./sns-api.js";
import { handleSqs, sqsError } from "./sqs-api.js";

/** What the endpoint needs of packages/stepfunctions. */
export type StepFunctionsServer = Pick<StepFunctions, "handleHttp" | "waits">;

export interface EndpointServices extends Account {
  readonly lambda: Lambda;
  readonly bus: EventBus;
  readonly outbox: Outbox;
  readonly s3: Pick<S3, "handle">;
  readonly sageMaker: SageMaker;
  readonly sqs: Sqs;
  readonly sns: Sns;
  readonly secretsManager: SecretsManager;
  readonly scheduler: Scheduler;
  readonly eventSources: EventSources;
  /** Null while the engine is not open yet. */
  readonly stepFunctions: () => StepFunctionsServer | null;
  /** Null while Supabase is not started. */
  readonly realtime: Controls["realtime"];
  readonly logger: Logger;
  /** A host name of this machine that callers use besides localhost and addresses. */
  readonly host: string;
}

const bodyLimits = new Map([
  ["lambda", maxRequestBytes],
  ["ses", 40 * 1024 * 1024],
  // A batch of a mebibyte, escaped; a message of 256 KiB as a form.
  ["sqs", 8 * 1024 * 1024],
  ["sns", 2 * 1024 * 1024],
]);
const defaultBodyLimit = 1024 * 1024;

/**
 * The one HTTP endpoint of the local AWS: tells services apart as AWS's front doors do and answers in each
 * one's protocol. Credentials are not checked; who may call is checked by {@link refusal}.
 */
export function createEndpoint(services: EndpointServices): Server {
  const server = createServer((request, response) => {
    serve(request, response, services).catch((error: unknown) => {
      services.logger.error("A request to the AWS endpoint failed.", { url: request.url, error });
      if (response.headersSent) response.destroy();
      else send(response, errorReply({ protocol: "rest-json", service: "" }, asAwsError(error)));
    });
  });
  // Uploads to S3 take their time.
  server.requestTimeout = 600_000;
  server.headersTimeout = 60_000;
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  services: EndpointServices,
): Promise<void> {
  const { method = "GET", headers } = request;
  const url = parseUrl(request.url ?? "/");
  const wanted = route(method, url.pathname, headers, url.searchParams);
  const refused = refusal(method, headers, services.host);
  if (refused !== null) {
    request.resume();
    return send(response, errorReply(wanted, new AwsError("AccessDeniedException", refused, 403)));
  }
  if (url.pathname.startsWith("/_longhaul/")) {
    const contentType = headers["content-type"] ?? "";
    const sent = { body: () => readBody(request, defaultBodyLimit), contentType };
    const waits = () => services.stepFunctions()?.waits ?? null;
    const reply = await handleOwnPage(method, url.pathname, sent, { ...services, waits });
    request.resume();
    return send(response, reply);
  }
  if (wanted.service === "s3" && sameRegion(wanted, services)) {
    return services.s3.handle(request, response);
  }
  const engine = services.stepFunctions();
  if (
    wanted.service === "states" &&
    wanted.protocol === "json" &&
    engine !== null &&
    sameRegion(wanted, services)
  ) {
    return engine.handleHttp(request, response);
  }
  send(response, await answer({ request, response, url }, wanted, services));
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

async function answer(exchange: Exchange, wanted: Route, services: EndpointServices): Promise<Reply> {
  const { request, url } = exchange;
  const body = await readBody(request, bodyLimits.get(wanted.service) ?? defaultBodyLimit);
  try {
    if (body === null) {
      throw new AwsError(
        "RequestEntityTooLargeException",
        "The request's body is larger than the service takes.",
        413,
      );
    }
    if (!sameRegion(wanted, services)) throw otherRegion(wanted, services);
    return await dispatch(exchange, body, wanted, services);
  } catch (error) {
    if (!(error instanceof AwsError)) {
      services.logger.error(`${wanted.title} failed on a request.`, { path: url.pathname, error });
    }
    const isSqs = wanted.service === "sqs" && wanted.protocol === "json";
    return isSqs ? sqsError(error) : errorReply(wanted, asAwsError(error));
  }
}

async function dispatch(
  exchange: Exchange,
  body: Buffer,
  wanted: Route,
  services: EndpointServices,
): Promise<Reply> {
  const { request, url } = exchange;
  const { method = "GET" } = request;
  if (wanted.service === "states" && wanted.protocol === "json") {
    throw new AwsError("ServiceUnavailable", "Step Functions is still starting.", 503);
  }
  if (wanted.service === "sqs" && wanted.protocol === "json")
    return handleSqs(wanted, jsonBody(body), exchange, services.sqs);
  if (wanted.service === "sns" && wanted.protocol !== "rest-json")
    return handleSns(wanted, body, jsonBody, services.sns);
  if (wanted.service === "secretsmanager" && wanted.protocol === "json") {
    const answer = services.secretsManager.run(wanted.operation ?? "", jsonBody(body));
    if (answer === undefined) throw missing(wanted, wanted.operation ?? "");
    return json(await answer, 200, { "content-type": "application/x-amz-json-1.1" });
  }
  if (wanted.protocol === "query")
    throw missing(wanted, new URLSearchParams(body.toString()).get("Action") ?? "");
  if (wanted.service === "events" && wanted.protocol === "json") {
    const operation = wanted.operation ?? "";
    if (!Object.hasOwn(eventsOperations, operation)) throw missing(wanted, operation);
    return json(await eventsOperations[operation]?.(jsonBody(body), services));
  }
  if (wanted.service === "sagemaker" && wanted.protocol === "json") {
    const answer = services.sageMaker.run(wanted.operation ?? "", jsonBody(body));
    if (answer === undefined) throw missing(wanted, wanted.operation ?? "");
    return json(await answer, 200, { "content-type": "application/x-amz-json-1.1" });
  }
  if (wanted.service === "lambda") {
    const reply = await lambdaReply(request, url, body, services);
    if (reply !== null) return reply;
    const segments = segmentsAfter("/2015-03-31/event-source-mappings", url);
    const input = () => jsonBody(body);
    const mapping =
      segments &&
      (await handleEventSources({ method, segments, query: url.searchParams, input }, services.eventSources));
    if (mapping) return mapping;
  }
  if (wanted.service === "scheduler") {
    const segments = segmentsAfter("", url) ?? [];
    const input = () => jsonBody(body);
    const answer = await services.scheduler.handle({ method, segments, query: url.searchParams, input });
    if (answer !== undefined) return json(answer);
  }
  if (wanted.service === "ses" && method === "POST" && url.pathname === "/v2/email/outbound-emails") {
    return sendEmail(jsonBody(body), services.outbox);
  }
  throw missing(wanted, wanted.operation ?? restOperation(method, url.pathname));
}

async function lambdaReply(request: IncomingMessage, url: URL, body: Buffer, services: EndpointServices) {
  const segments = segmentsAfter("/2015-03-31/functions", url);
  if (segments === null) return null;
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : null;
  };
  const { method = "GET" } = request;
  return handleLambda({ method, segments, query: url.searchParams, header, body }, services.lambda);
}

function segmentsAfter(prefix: string, { pathname }: URL): string[] | null {
  if (pathname !== prefix && !pathname.startsWith(`${prefix}/`)) return null;
  return pathname.slice(prefix.length).split("/").filter(Boolean).map(decodeSegment);
}

function jsonBody(body: Buffer): Record<string, unknown> {
  const value = parseObject(body);
  if (value === null)
    throw new AwsError("SerializationException", "The request's body is not a JSON object.");
  return value;
}

function sameRegion(wanted: Route, { region }: Account): boolean {
  return wanted.region === null || wanted.region === region;
}

function otherRegion(wanted: Route, { region }: Account): AwsError {
  const message = `The local cloud runs in ${region}; the request was signed for ${wanted.region}. Set AWS_REGION=${region}.`;
  return new AwsError("InvalidSignatureException", message, 403);
}

function parseUrl(target: string): URL {
  try {
    return new URL(target, "http://local");
  } catch {
    return new URL("http://local/");
  }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
