import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseObject, readBody } from "../aws/body.js";
import { refusal } from "../aws/guard.js";
import { json, type Reply, send } from "../aws/reply.js";
import { listen } from "../listen.js";
import type { Logger } from "../log.js";
import { RecordStore } from "../store/record-store.js";
import { localClientId } from "./account.js";
import { handleAmc } from "./amc/api.js";
import { download, downloadPath } from "./amc/download.js";
import { Executions } from "./amc/executions.js";
import { Presigned } from "./amc/presigned.js";
import { Faults } from "./faults.js";
import { Grants } from "./login/grants.js";
import { LoginService } from "./login/service.js";
import { WarehouseService } from "./warehouse/service.js";

export interface AdsOptions {
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly logger: Logger;
  /** How many impressions the tables hold, when they are made; the other tables follow from them. */
  readonly impressions: number;
}

/** The local stand-in of Amazon's advertising API and of Login with Amazon. */
export interface LocalAds {
  readonly url: string;
  /** What a process needs in its environment to come here. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const seed = 20_261_122;
const bodyLimit = 1024 * 1024;

export async function startAds(options: AdsOptions): Promise<LocalAds> {
  const { host, port, logger, impressions } = options;
  const folder = join(options.dataDir, "ads");
  const store = new RecordStore(join(folder, "records"), 4);
  const faults = new Faults();
  const grants = new Grants(store, faults);
  const until = new Date().toISOString().slice(0, 10);
  const warehouse = new WarehouseService({ folder, plan: { seed, impressions, until }, logger });
  const executions = new Executions(store, join(folder, "results"), warehouse, faults);
  const parts = { grants, executions, warehouse, faults, presigned: new Presigned(await signingKey(store)) };
  const login = new LoginService(grants);
  const server = createServer((request, response) => {
    serve(request, response, { ...parts, login }).catch((error: unknown) => {
      logger.error("A request to the advertising stand-in failed.", { error });
      if (response.headersSent) response.destroy();
      else send(response, json({ code: "INTERNAL_ERROR", details: "The local stand-in failed." }, 500));
    });
  });
  const closeParts = async () => {
    executions.close();
    await warehouse.close();
    await store.close();
  };
  const place = { port, host, what: "the advertising stand-in", variable: "LONGHAUL_ADS_PORT" };
  await listen(server, place).catch(async (error) => {
    await closeParts();
    throw error;
  });
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    environment: {
      AMAZON_ADS_CLIENT_ID: localClientId,
      AMAZON_ADS_URL: url,
      AMAZON_LOGIN_URL: `${url}/ap/oa`,
      AMAZON_TOKEN_URL: `${url}/auth/o2/token`,
      AMAZON_REVOKE_URL: `${url}/auth/o2/revoke`,
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await closeParts();
    },
  };
}

/** The same over restarts, so that URLs stay good. */
async function signingKey(store: RecordStore): Promise<Buffer> {
  const keys = store.table<string>("keys");
  const known = keys.get("signing");
  if (known !== undefined) return Buffer.from(known, "base64");
  const made = randomBytes(32);
  await keys.put("signing", made.toString("base64"));
  return made;
}

interface Parts {
  readonly login: LoginService;
  readonly grants: Grants;
  readonly executions: Executions;
  readonly presigned: Presigned;
  readonly warehouse: WarehouseService;
  readonly faults: Faults;
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { method = "GET", headers } = request;
  const refused = refusal(method, headers, "localhost");
  const target = request.url ?? "/";
  const url = new URL(URL.canParse(target, "http://local") ? target : "/", "http://local");
  if (refused !== null) {
    request.resume();
    return send(response, json({ code: "FORBIDDEN", details: refused }, 403));
  }
  if (method === "GET" && downloadPath.test(url.pathname)) return download(request, response, url, parts);
  const body = await readBody(request, bodyLimit);
  if (body === null)
    return send(response, json({ code: "BAD_REQUEST", details: "The body is too large." }, 413));
  if (url.pathname.startsWith("/amc/")) {
    const origin = `http://${headers.host ?? ""}`;
    return send(response, await handleAmc({ method, url, headers, body: parseObject(body), origin }, parts));
  }
  send(response, await page(`${method} ${url.pathname}`, url, body, parts));
}

async function page(
  wanted: string,
  url: URL,
  body: Buffer,
  { login, grants, faults }: Parts,
): Promise<Reply> {
  const form = new URLSearchParams(body.toString("utf8"));
  switch (wanted) {
    case "GET /ap/oa":
      return login.authorise(url.searchParams);
    case "POST /ap/oa/consent":
      return login.decide(form);
    case "POST /auth/o2/token":
      return login.token(form);
    case "POST /auth/o2/revoke":
      return login.revoke(form);
    case "POST /_longhaul/faults": {
      const order = faults.order(parseObject(body));
      if (typeof order === "string") return json({ message: order }, 400);
      if (order.expireAccessTokens) await grants.expireAccessTokens();
      if (order.revoke) await grants.revoke(null);
      return json(order);
    }
    default:
      return json({ code: "NOT_FOUND", details: "The local advertising stand-in has no such page." }, 404);
  }
}
