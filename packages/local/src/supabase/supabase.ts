import { join } from "node:path";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { configFile } from "@longhaul/db/supabase";
import postgres from "postgres";
import { openKeys } from "../auth/keys.js";
import { authService } from "../auth/service.js";
import { Hub } from "../realtime/hub.js";
import { realtimeRest } from "../realtime/rest.js";
import { openRealtime, type Realtime, refuse } from "../realtime/service.js";
import { openFiles, storageService } from "../storage/service.js";
import { readConfig, type SupabaseConfig } from "./config.js";
import { createGateway, parseUrl } from "./gateway.js";
import { listen } from "../listen.js";
import type { Logger } from "../log.js";
import { type Service, silent } from "./http.js";

export interface SupabaseOptions {
  /** The database as the superuser supabase_admin, bootstrapped and migrated. */
  databaseUrl: string;
  /** The folder of the local cloud (".longhaul"): keys are kept in `supabase`, files in `storage`. */
  dataDir: string;
  /** 0 takes any free one. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Instead of what supabase/config.toml says. */
  jwtExpirySeconds?: number;
  logger?: Logger;
}

/** Auth, Realtime and Storage behind one address, as a Supabase client knows them. */
export interface LocalSupabase extends AsyncDisposable {
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  /** Realtime's `feed` drops where a test or a developer asks for it. */
  realtime: Pick<Realtime, "feed">;
  close(): Promise<void>;
}

/**
 * Starts the Supabase stand-in.
 *
 * @throws StartError when the port is taken
 */
export async function startSupabase(options: SupabaseOptions): Promise<LocalSupabase> {
  const { databaseUrl, dataDir, port, host = "127.0.0.1", logger = silent } = options;
  const config = settings(options);
  const keys = await openKeys(join(dataDir, "supabase"));
  const connect = (role: string | null, max: number) =>
    postgres(databaseUrl, {
      max,
      onnotice: () => {},
      connection: { application_name: "longhaul supabase", ...(role ? { role } : {}) },
    });
  const auth = connect("supabase_auth_admin", 5);
  const sql = connect(null, 10);
  const services: Record<string, Service> = {};
  const server = createGateway(services, logger);
  let realtime: Realtime | undefined;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    await realtime?.close();
    server.closeAllConnections();
    if (server.listening) await closed;
    await Promise.all([auth.end({ timeout: 5 }), sql.end({ timeout: 5 })]);
  };
  try {
    await listen(server, { port, host, what: "Supabase", variable: "LONGHAUL_SUPABASE_PORT" });
    const url = `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${(server.address() as AddressInfo).port}`;
    const context = { sql, keys, logger, hub: new Hub() };
    realtime = await openRealtime(context);
    services.realtime = realtimeRest(context);
    services.auth = authService({ sql: auth, keys, config, logger, issuer: `${url}/auth/v1` });
    services.storage = storageService({
      ...context,
      files: await openFiles(dataDir, sql),
      fileSizeLimit: config.fileSizeLimit,
    });
    takeUpgrades(server, realtime, logger);
    return {
      url,
      anonKey: keys.anonKey,
      serviceRoleKey: keys.serviceRoleKey,
      realtime,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function settings(options: SupabaseOptions): SupabaseConfig {
  const config = readConfig(configFile);
  return { ...config, jwtExpirySeconds: options.jwtExpirySeconds ?? config.jwtExpirySeconds };
}

function takeUpgrades(server: Server, realtime: Realtime, logger: Logger): void {
  server.on("upgrade", (req, socket, head) => {
    socket.on("error", () => socket.destroy());
    const url = parseUrl(req.url ?? "");
    if (!url) return refuse(socket, 400, "The address cannot be read");
    realtime.upgrade(req, socket, head, url).catch((error: unknown) => {
      logger.error("Realtime refused a connection", { error: String(error) });
      socket.destroy();
    });
  });
}
