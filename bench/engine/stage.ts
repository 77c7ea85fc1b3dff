import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProduct } from "../product/servers/product.js";
import { startProductDatabase } from "../product/servers/database.js";
import { startEngine } from "./servers/engine.js";
import { startPostgresServer } from "./servers/postgres.js";
import { startRedis } from "./servers/redis.js";
import { startRestate } from "./servers/restate.js";
import type { Server } from "./servers/server.js";
import { describe, type SubjectName } from "./subjects.js";

const home = fileURLToPath(new URL("../../.longhaul/", import.meta.url));
const memoryFileSystem = 0x01021994;

/** The folders and servers of one run of the bench. */
export class Stage {
  private readonly root: string;
  private readonly servers = new Map<string, Promise<Server>>();

  /** @param directory where to write; a folder of the checkout by default, since /tmp is in memory on many machines */
  constructor(directory: string = join(home, "bench")) {
    mkdirSync(directory, { recursive: true });
    this.root = mkdtempSync(join(directory, "run-"));
  }

  /** What a reader of the figures must know of the place, or null. */
  get warning(): string | null {
    return statfsSync(this.root).type === memoryFileSystem
      ? "The folder is in memory: fsync does nothing there. Name one on a disk with --directory."
      : null;
  }

  /** A new, empty folder. */
  folder(name: string): string {
    return mkdtempSync(join(this.root, `${name}-`));
  }

  /** URL of a subject's server, which is started at its first use for `purpose`. @throws Missing */
  async url(subject: SubjectName, purpose: string): Promise<string> {
    return (await this.server(subject, purpose))?.url ?? "";
  }

  /** A subject's server, as {@link url} has it; null for a subject that needs none. @throws Missing */
  async server(subject: SubjectName, purpose: string): Promise<Server | null> {
    const { server } = describe(subject);
    if (server === undefined) return null;
    const key = `${subject} ${purpose}`;
    const known = this.servers.get(key);
    if (known !== undefined) return known;
    const folder = this.folder(`${subject}-server`);
    const starting = {
      postgres: () => startPostgresServer(folder, subject),
      redis: () => startRedis(folder),
      restate: () => startRestate(folder, join(home, "bench-servers")),
      engine: () => startEngine(folder),
      product: () => startProduct(folder),
      productSingle: () => startProduct(folder, true),
      database: () => startProductDatabase(folder),
    }[server]();
    this.servers.set(key, starting);
    return starting;
  }

  /** Stops a purpose's servers, or all. */
  async stop(purpose = ""): Promise<void> {
    for (const [key, starting] of this.servers) {
      if (!key.endsWith(purpose)) continue;
      this.servers.delete(key);
      await starting.then(
        (server) => server.stop(),
        () => {},
      );
    }
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
