import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const stamp = path.join(root, "node_modules", ".longhaul-installed");
const oldestNode = [20, 19];

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new Error(
    `Longhaul needs Node ${oldestNode.join(".")} or newer and this is ${process.versions.node}: install a newer Node and try again.`,
  );
}

/** What an installation depends on: the lock file, and where it was made for. */
function wanted() {
  const hash = createHash("sha256").update(readFileSync(path.join(root, "pnpm-lock.yaml")));
  return `${hash.digest("hex")} ${process.platform} ${process.arch}\n`;
}

/**
 * Installs the dependencies of the lock file unless they are there, with the pnpm that package.json names,
 * which npx brings: npm is all that a machine needs.
 *
 * @throws Error with one sentence for a person: Node too old, or pnpm failed.
 */
export function ensureInstalled() {
  checkNode();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted()) return;
  const { packageManager } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  console.log("Installing what is missing (the first time this takes a minute or two) ...");
  const { status, error } = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    // pnpm then never asks before it replaces a folder of modules.
    env: { ...process.env, CI: "true" },
  });
  if (error || status !== 0) {
    throw new Error(
      `Installing the dependencies failed${error ? ` (${error.message})` : ""}: see pnpm's message above; check the network and the npm registry, then run the command again.`,
    );
  }
  writeFileSync(stamp, wanted());
}
