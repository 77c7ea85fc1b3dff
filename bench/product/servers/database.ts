import { migrationsFolder } from "@longhaul/db/supabase";
import { startPostgres } from "@longhaul/local/postgres";
import type { Server } from "../../engine/servers/server.js";

/** Where a role reaches the product's database. */
export interface DatabasePlace {
  readonly admin: string;
  readonly api: string;
  readonly worker: string;
  readonly dispatcher: string;
}

/** The product's Postgres, migrated, with nothing else of the product. */
export async function startProductDatabase(directory: string): Promise<Server> {
  const server = await startPostgres({ dataDir: directory, port: 0, durable: true });
  await server.migrate(migrationsFolder);
  const place: DatabasePlace = {
    admin: server.adminUrl,
    api: server.url("longhaul_api"),
    worker: server.url("longhaul_worker"),
    dispatcher: server.url("longhaul_dispatcher"),
  };
  return { url: JSON.stringify(place), pid: server.pid, stop: () => server.stop() };
}
