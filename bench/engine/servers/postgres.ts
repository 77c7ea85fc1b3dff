import { startPostgres } from "@longhaul/local/postgres";
import postgres from "postgres";
import { Missing, type Server } from "./server.js";

/** The Postgres of the local cloud, with fsync, and a database of its own for the peer. */
export async function startPostgresServer(directory: string, database: string): Promise<Server> {
  const server = await startPostgres({ dataDir: directory, port: 0, durable: true }).catch((error: Error) => {
    throw new Missing(`Postgres did not start: ${error.message}`);
  });
  const admin = postgres(server.adminUrl, { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(`create database ${database}`);
  } finally {
    await admin.end();
  }
  const url = new URL(server.adminUrl);
  url.pathname = `/${database}`;
  return { url: url.href, pid: server.pid, stop: () => server.stop() };
}
