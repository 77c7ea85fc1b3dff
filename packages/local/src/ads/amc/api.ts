import type { IncomingHttpHeaders } from "node:http";
import { randomUUID } from "node:crypto";
import { json, type Reply } from "../../aws/reply.js";
import { localAccount, localClientId, localInstances } from "../account.js";
import type { Faults } from "../faults.js";
import type { Grants } from "../login/grants.js";
import { tables } from "../warehouse/data.js";
import type { WarehouseService } from "../warehouse/service.js";
import type { Execution, Executions } from "./executions.js";
import { ApiError } from "./errors.js";
import type { Presigned } from "./presigned.js";
import { readExecution } from "./requests.js";

export interface AmcParts {
  readonly grants: Grants;
  readonly executions: Executions;
  readonly presigned: Presigned;
  readonly warehouse: Pick<WarehouseService, "columns">;
  readonly faults: Faults;
}

export interface AmcRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Where this server is reached. */
  readonly origin: string;
}

/**
 * The part of Amazon's advertising API that reports: accounts, instances, tables and executions of AMC. Source: the
 * guides "Make your first call", "Execute a workflow", "Get your results" and the reporting reference.
 */
export async function handleAmc(request: AmcRequest, parts: AmcParts): Promise<Reply> {
  try {
    const wait = parts.faults.takeThrottle();
    if (wait !== null)
      throw new ApiError(429, "TOO_MANY_REQUESTS", "Too many requests.", { "retry-after": String(wait) });
    if (parts.faults.take("serverError"))
      throw new ApiError(500, "INTERNAL_ERROR", "An internal error occurred.");
    authorise(request, parts.grants);
    return await answer(request, parts);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return json(
      { code: error.code, details: error.message, requestId: randomUUID() },
      error.status,
      error.headers,
    );
  }
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name.toLowerCase()];
  return typeof value === "string" ? value : "";
}

function authorise({ headers }: AmcRequest, grants: Grants): void {
  const [, token] = /^Bearer (\S+)$/.exec(header(headers, "authorization")) ?? [];
  if (header(headers, "Amazon-Advertising-API-ClientId") !== localClientId) {
    throw new ApiError(401, "UNAUTHORIZED", "The client id is missing or not known.");
  }
  if (token === undefined || !grants.accepts(token)) {
    throw new ApiError(401, "UNAUTHORIZED", "The access token has expired or is not valid.");
  }
}

/** What every call but the list of accounts names besides. */
function checkAccount({ headers }: AmcRequest): void {
  const account = header(headers, "Amazon-Advertising-API-AdvertiserId");
  const marketplace = header(headers, "Amazon-Advertising-API-MarketplaceId");
  if (account === "" || marketplace === "") {
    throw new ApiError(400, "BAD_REQUEST", "The headers AdvertiserId and MarketplaceId are required.");
  }
  if (account !== localAccount.accountId || marketplace !== localAccount.marketplaceId) {
    throw new ApiError(403, "FORBIDDEN", "The user has no access to this AMC account.");
  }
}

async function answer(request: AmcRequest, parts: AmcParts): Promise<Reply> {
  const { method, url } = request;
  if (method === "GET" && url.pathname === "/amc/accounts") {
    const { accountId, accountName, marketplaceId } = localAccount;
    return json({ amcAccounts: [{ accountId, accountName, marketplaceId }] });
  }
  checkAccount(request);
  if (method === "GET" && url.pathname === "/amc/instances") {
    return json({
      instances: localInstances.map((instance) => ({ ...instance, creationStatus: "COMPLETED" })),
    });
  }
  const [, instanceId = "", rest = ""] = /^\/amc\/reporting\/([^/]+)\/(.+?)\/?$/.exec(url.pathname) ?? [];
  if (!localInstances.some((instance) => instance.instanceId === instanceId)) {
    throw new ApiError(404, "NOT_FOUND", "There is no such resource.");
  }
  if (method === "GET" && rest === "dataSources") return dataSources(parts);
  const [noun, id, more] = rest.split("/");
  if (noun !== "workflowExecutions")
    throw new ApiError(404, "NOT_FOUND", "The local stand-in has no such resource.");
  if (id === undefined) return executionsReply(request, instanceId, parts);
  const execution = parts.executions.get(instanceId, id);
  if (!execution)
    throw new ApiError(404, "NOT_FOUND", `There is no execution with the id ${id.slice(0, 60)}.`);
  if (method === "GET" && more === "downloadUrls") return downloadUrls(request, execution, parts);
  if (more !== undefined) throw new ApiError(404, "NOT_FOUND", "There is no such resource.");
  switch (method) {
    case "GET":
      return json(shown(execution));
    case "PUT":
    case "POST":
      return cancel(request, execution, parts);
    case "DELETE":
      await parts.executions.cancel(execution);
      return json({});
    default:
      throw new ApiError(405, "METHOD_NOT_ALLOWED", "The method is not allowed.");
  }
}

async function executionsReply(request: AmcRequest, instanceId: string, parts: AmcParts): Promise<Reply> {
  const { method, url } = request;
  if (method === "POST") {
    const created = await parts.executions.create({ ...readExecution(request.body), instanceId });
    return json(shown(created));
  }
  if (method !== "GET") throw new ApiError(405, "METHOD_NOT_ALLOWED", "The method is not allowed.");
  const workflowId = url.searchParams.get("workflowId");
  const since = url.searchParams.get("minCreationTime") ?? "";
  const all = parts.executions
    .list(instanceId)
    .filter((one) => (workflowId === null || one.workflowId === workflowId) && one.createTime >= since);
  const limit = Math.min(100, Math.max(1, Number(url.searchParams.get("limit") ?? 50) || 50));
  const from = Number(url.searchParams.get("nextToken") ?? 0) || 0;
  const nextToken = from + limit < all.length ? String(from + limit) : null;
  return json({
    executions: all.slice(from, from + limit).map(shown),
    ...(nextToken !== null && { nextToken }),
  });
}

async function cancel({ body }: AmcRequest, execution: Execution, { executions }: AmcParts): Promise<Reply> {
  const { status } = (body ?? {}) as { status?: unknown };
  if (status !== "CANCELLED") throw new ApiError(400, "BAD_REQUEST", "Only the status CANCELLED can be set.");
  if (!(await executions.cancel(execution))) {
    throw new ApiError(400, "BAD_REQUEST", `The execution is ${execution.status} and cannot be cancelled.`);
  }
  return json(shown(executions.get(execution.instanceId, execution.id) ?? execution));
}

function downloadUrls({ origin }: AmcRequest, execution: Execution, { presigned, faults }: AmcParts): Reply {
  if (execution.status !== "SUCCEEDED") {
    throw new ApiError(400, "BAD_REQUEST", `Execution with ID ${execution.id} is unavailable for download.`);
  }
  const downloadUrls = execution.parts.map((part) => {
    const path = `/amc-results/${execution.instanceId}/${execution.id}/${part}`;
    return origin + presigned.sign(path, faults.downloadSeconds);
  });
  return json({ downloadUrls });
}

async function dataSources({ warehouse }: AmcParts): Promise<Reply> {
  const columns = await warehouse.columns();
  const sources = Object.entries(tables).map(([name, { description }]) => ({
    ...{ dataSourceId: name, name, description },
    columns: columns
      .filter(({ table }) => table === name)
      .map((column) => ({ name: column.name, dataType: column.type, description: "" })),
  }));
  return json({ dataSources: sources });
}

function shown(execution: Execution) {
  const { id, workflowId, status, statusReason, createTime, lastUpdatedTime, window, sql } = execution;
  return {
    ...{ workflowExecutionId: id, workflowId, status, createTime, lastUpdatedTime, sqlQuery: sql },
    ...(statusReason !== null && { statusReason }),
    ...{ timeWindowStart: window.start, timeWindowEnd: window.end, timeWindowTimeZoneOriginal: "UTC" },
    ...{ executionCategory: "AD_HOC", parameterValues: {}, dataGaps: [], ignoreDataGaps: false },
    ...{ disableAggregationControls: false, workflowExecutionTimeoutSeconds: 21_600 },
  };
}
