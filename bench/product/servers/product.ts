import { fork } from "node:child_process";
import { cpSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { postgresPrograms } from "@longhaul/local/postgres";
import { stageProduct } from "@longhaul/local/testing/product";
import { type Server, stopChild } from "../../engine/servers/server.js";

/** Where the parts of a product are that runs with the bench's workflows; the API is whoever asks. */
export interface ProductPlace {
  readonly apiModule: string;
  /** For the API's process. */
  readonly env: Readonly<Record<string, string>>;
  /** The database as its owner sees it. */
  readonly database: string;
  readonly demo: { readonly email: string; readonly password: string };
}

interface Ready extends Omit<ProductPlace, "apiModule" | "database"> {
  readonly type: string;
  readonly message?: string;
  readonly urls: { readonly database: string };
}

/**
 * The cloud on a laptop (Postgres, the engine, Lambda's workers) as `npm start` starts it, with the bench's workflow.
 *
 * @param single whether each lease, checkpoint and end is a transaction of its own, as in Lambda's instances, which hold one
 *   invocation each; the API's process has company for its starts there as it has here
 */
export async function startProduct(folder: string, single = false): Promise<Server> {
  const product = stageProduct(
    join(folder, "checkout"),
    fileURLToPath(new URL("../workflows", import.meta.url)),
  );
  if (single) writeApart(join(folder, "checkout/packages/db"));
  const programs = postgresPrograms();
  const child = fork(product.cloud, {
    env: {
      ...(programs !== undefined && { LONGHAUL_POSTGRES_BIN: programs }),
      LONGHAUL_DATA_DIR: join(folder, "data"),
      LONGHAUL_AWS_PORT: "0",
      LONGHAUL_ADS_PORT: "0",
      LONGHAUL_SUPABASE_PORT: "0",
      LONGHAUL_DATABASE_PORT: "0",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [],
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Ready));
    child.once("exit", (code) => reject(new Error(`the cloud ended with ${code}`)));
  });
  if (ready.type !== "ready") throw new Error(ready.message);
  const { env, demo, urls } = ready;
  const place: ProductPlace = { apiModule: product.apiModule, env, demo, database: urls.database };
  return { url: JSON.stringify(place), pid: child.pid, env, stop: () => stopChild(child) };
}

/**
 * Puts another `gather` in the place of the product's own, which makes many writes one: in the processes of functions this one
 * sends each by itself, over the two connections that they have.
 */
function writeApart(db: string): void {
  const asBuilt = realpathSync(db);
  rmSync(db);
  const source = join(asBuilt, "src");
  cpSync(asBuilt, db, { recursive: true, verbatimSymlinks: true, filter: (path) => path !== source });
  renameSync(join(db, "dist/gather.js"), join(db, "dist/gather-as-built.js"));
  writeFileSync(
    join(db, "dist/gather.js"),
    `import { gather as asBuilt } from "./gather-as-built.js";
const apart = process.env.AWS_LAMBDA_FUNCTION_NAME === undefined ? {} : { most: 1, atOnce: 2 };
export const gather = (write, options) => asBuilt(write, { ...options, ...apart });
`,
  );
}
