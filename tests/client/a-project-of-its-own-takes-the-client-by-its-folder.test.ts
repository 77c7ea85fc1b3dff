import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const project = mkdtempSync(path.join(tmpdir(), "longhaul-project-"));
const run = (command: string, ...args: string[]) =>
  spawnSync(command, args, { cwd: project, encoding: "utf8", shell: process.platform === "win32" });

/** A program that starts a run whose input has one more field. */
const program = (field: string) => `
import { createLonghaul, LonghaulError } from "@longhaul/client";
const longhaul = createLonghaul({ url: "http://127.0.0.1:1", token: () => "a token", ${field} });
const started = longhaul.workflows.panel.start({ topic: "Trees", agents: [] });
started.catch((error: unknown) => console.log(error instanceof LonghaulError && error.code)).finally(() => longhaul.close());
`;
const compiled = (text: string) => {
  writeFileSync(path.join(project, "main.mts"), text);
  const options = { module: "nodenext", target: "es2023", strict: true, skipLibCheck: true, types: [] };
  const config = { compilerOptions: { ...options, rootDir: "." }, files: ["main.mts"] };
  writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify(config));
  return run(process.execPath, path.join(root, "node_modules/typescript-7/bin/tsc"), "-p", ".").stdout;
};

beforeAll(() => {
  writeFileSync(path.join(project, "package.json"), '{ "type": "module" }');
  const folder = path.join(root, "packages/client");
  const { status, stderr } = run("npm", "install", "--offline", "--no-audit", "--no-fund", folder);
  if (status !== 0) throw new Error(stderr);
}, 60_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test("it compiles there with the types of the workflows, and runs", () => {
  expect(compiled(program(""))).toBe("");
  expect(run(process.execPath, "main.mjs").stdout).toBe("UNREACHABLE\n");
}, 60_000);

test("what is no field does not compile", () => {
  expect(compiled(program("tokne: 1"))).toMatch(/main\.mts.*'tokne' does not exist/);
}, 60_000);
