import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** The root of the repository. */
export const root = path.resolve(import.meta.dirname, "../..");

/** Paths of all files that git tracks and that are still there, from the root, with forward slashes. */
export function trackedFiles(): string[] {
  return git("ls-files", "-z")
    .split("\0")
    .filter((file) => file !== "" && existsSync(path.join(root, file)));
}

/** Runs git in the repository and gives what it printed. */
export function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}

export function read(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

export interface Manifest {
  readonly name: string;
  readonly packageManager?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(read(path.posix.join(folder, "package.json"))) as Manifest;
}

/** Every dependency of a manifest, of whatever kind, with its version. */
export function dependenciesOf(manifest: Manifest): Record<string, string> {
  return {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  };
}
