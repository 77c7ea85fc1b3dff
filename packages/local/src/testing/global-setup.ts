import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrationsFolder } from "@longhaul/db/supabase";
import { startPostgres } from "../postgres/index.js";

/** What test files need to clone databases on the one server of the run. */
export interface TestPostgres {
  port: number;
  passwords: Record<string, string>;
}

declare module "vitest" {
  interface ProvidedContext {
    longhaulPostgres: TestPostgres;
  }
}

/**
 * Starts one Postgres for the whole run of vitest, without fsync, in a folder that is thrown away, and
 * migrates its database `postgres`, which then only serves as the template that test files clone.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), "longhaul-test-"));
  chmodSync(dataDir, 0o755);
  const server = await startPostgres({ dataDir, port: 0, durable: false });
  const teardown = async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await server.migrate(migrationsFolder);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide("longhaulPostgres", { port: server.port, passwords: server.rolePasswords });
  return teardown;
}
