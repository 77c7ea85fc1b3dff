import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { functions } from "@longhaul/functions/manifest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle, moduleOf } from "./bundle.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "longhaul-bundle-"));
  await bundle(folder);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

/** Calls functions of the bundle as Lambda would, in a process that has nothing but the bundle. */
async function invoke(module: string, env: Record<string, string>, functionNames: readonly string[]) {
  const program = `
    const { handler } = await import(${JSON.stringify(path.join(folder, `${module}.mjs`))});
    for (const functionName of ${JSON.stringify(functionNames)}) {
      const context = { awsRequestId: "r-1", functionName, getRemainingTimeInMillis: () => 30000 };
      try { await handler({ not: "a payload" }, context); } catch (error) {
        console.log(JSON.stringify({ functionName, name: error.name, code: JSON.parse(error.message).code }));
      }
    }
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder,
    env: { ...env, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", LOG_LEVEL: "silent" },
  });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

describe("the bundle", () => {
  it("has a module for each function's entry", async () => {
    const files = await readdir(folder);
    for (const { entry } of functions) expect(files).toContain(`${moduleOf(entry)}.mjs`);
  });

  const steps = functions.filter(({ environment }) => environment["LONGHAUL_STEP"]);
  const refused = ({ name }: { name: string }) => ({
    functionName: name,
    name: "FatalError",
    code: "PAYLOAD_INVALID",
  });

  it("runs a step that its environment names", async () => {
    const [step] = steps;
    expect(await invoke("step", step!.environment, [step!.name])).toEqual([refused(step!)]);
  });

  it("runs each step in a process that is told by their functions' names", async () => {
    const { LONGHAUL_STEP: _, ...environment } = Object.assign({}, ...steps.map((step) => step.environment));
    const said = await invoke(
      "step",
      environment as Record<string, string>,
      steps.map(({ name }) => name),
    );
    expect(said).toEqual(steps.map(refused));
  });

  it("holds no path of the machine that built it", async () => {
    const root = path.resolve(import.meta.dirname, "../..");
    for (const file of (await readdir(folder)).filter((name) => name.endsWith(".mjs"))) {
      const text = await readFile(path.join(folder, file), "utf8");
      expect(text.includes(root.slice(1)), file).toBe(false);
    }
  });
});
