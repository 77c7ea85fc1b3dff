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

/** Calls a function of the bundle as Lambda would, in a process that has nothing but the bundle. */
async function invoke(module: string, env: Record<string, string>, payload: unknown): Promise<string> {
  const context = { awsRequestId: "r-1" };
  const program = `
    const { handler } = await import(${JSON.stringify(path.join(folder, `${module}.mjs`))});
    const context = { ...${JSON.stringify(context)}, getRemainingTimeInMillis: () => 30000 };
    try { await handler(${JSON.stringify(payload)}, context); } catch (error) {
      console.log(JSON.stringify({ name: error.name, message: error.message }));
    }
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder,
    env,
  });
  return stdout;
}

describe("the bundle", () => {
  it("has a module for each function's entry", async () => {
    const files = await readdir(folder);
    for (const { entry } of functions) expect(files).toContain(`${moduleOf(entry)}.mjs`);
  });

  it("runs each step by itself", async () => {
    const steps = functions.filter(({ environment }) => environment["LONGHAUL_STEP"]);
    expect(steps.length).toBeGreaterThan(0);
    for (const { environment } of steps) {
      const env = { ...environment, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", LOG_LEVEL: "silent" };
      const said = JSON.parse(await invoke("step", env, { not: "a payload" }));
      expect(said.name).toBe("FatalError");
      expect(JSON.parse(said.message).code).toBe("PAYLOAD_INVALID");
    }
  }, 120_000);

  it("holds no path of the machine that built it", async () => {
    const root = path.resolve(import.meta.dirname, "../..");
    for (const file of (await readdir(folder)).filter((name) => name.endsWith(".mjs"))) {
      const text = await readFile(path.join(folder, file), "utf8");
      expect(text.includes(root.slice(1)), file).toBe(false);
    }
  });
});
