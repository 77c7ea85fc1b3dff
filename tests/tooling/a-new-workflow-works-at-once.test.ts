import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Machine } from "@longhaul/kit/machine";
import type { StepImplementation } from "@longhaul/kit/step";
import { memoryContext } from "@longhaul/workflows/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRun } from "../kit/scripted-run.js";
import { compile } from "./compile.js";
import { houseRules } from "./lint.js";
import { root } from "./repository.js";

/** A copy of what the command touches, with the installed packages of the real one. */
const copy = mkdtempSync(path.join(tmpdir(), "longhaul-new-"));
const source = "packages/workflows/src";
const lists = ["contracts.ts", "machines.ts", "handlers.ts"].map((file) => path.join(source, file));
beforeAll(() => {
  for (const part of [
    "tooling",
    source,
    "packages/workflows/package.json",
    "vitest.config.ts",
    "tests/support/one-seed.ts",
    "biome.json",
  ]) {
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  }
  spawnSync("git", ["init", "--quiet"], { cwd: copy });
  mkdirSync(path.join(copy, "packages/local/src/testing"), { recursive: true });
  for (const modules of ["node_modules", "packages/workflows/node_modules", "tests/node_modules"]) {
    symlinkSync(path.join(root, modules), path.join(copy, modules));
  }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const workflow = (...args: string[]) =>
  spawnSync(process.execPath, ["tooling/workflow.mjs", ...args], { cwd: copy, encoding: "utf8" });
const textOf = (file: string) => readFileSync(path.join(copy, file), "utf8");

/** The files of a workflow and the lists, by their paths from the root. */
function files(name: string): Map<string, string> {
  const own = readdirSync(path.join(copy, source, name), { recursive: true, withFileTypes: true });
  const paths = own
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(copy, path.join(entry.parentPath, entry.name)));
  return new Map([...paths, ...lists].map((file) => [file, textOf(file)]));
}

describe.each(["try-this-2", "sketch"])("pnpm workflow new %s", (name) => {
  let made: ReturnType<typeof workflow>;
  beforeAll(() => {
    made = workflow("new", name);
  });

  it("says what it made", () => {
    expect(made.stderr).toBe("");
    expect(made.status).toBe(0);
    expect(made.stdout).toContain(`Made ${source}/${name}:`);
    // As long as the templates are not noted, npm test is red.
    expect(made.stdout).toContain("pnpm test:unit infra -u");
    expect([...files(name).keys()].filter((file) => file.includes(`/${name}/`)).sort()).toEqual(
      [
        "README.md",
        "contract.ts",
        "machine.test.ts",
        "machine.ts",
        "steps/do-the-work.handler.ts",
        "steps/do-the-work.ts",
      ].map((file) => `${source}/${name}/${file}`),
    );
  });

  it("enters it at the end of each list", () => {
    const camel = name === "sketch" ? "sketch" : "tryThis2";
    const key = name === "sketch" ? "sketch" : '"try-this-2"';
    const [contracts = "", machines = "", handlers = ""] = lists.map(textOf);
    expect(contracts).toContain(`\nimport { ${camel} } from "./${name}/contract.js";\n`);
    expect(contracts).toContain(`\n  ${name === "sketch" ? "sketch" : `${key}: ${camel}`},\n} as const;`);
    expect(machines).toContain(`\nimport { ${camel}Machine } from "./${name}/machine.js";\n`);
    expect(machines).toContain(`\n  ${key}: ${camel}Machine,\n} as const;`);
    const handler = `import("./${name}/steps/do-the-work.handler.js")`;
    expect(handlers).toContain(`\n  ${key}: { DoTheWork: () => ${handler} },\n} as const;`);
  });

  it("makes what keeps the rules of the house, and its format", async () => {
    const biome = path.join(root, "node_modules/@biomejs/biome/bin/biome");
    for (const [file, text] of files(name)) {
      if (!file.endsWith(".ts")) continue;
      expect(await houseRules(file, text)).toEqual([]);
      const formatted = spawnSync(process.execPath, [biome, "format", `--stdin-file-path=${file}`], {
        cwd: root,
        input: text,
        encoding: "utf8",
      });
      expect(formatted.stdout).toBe(text);
    }
  });

  it("makes what passes its own test", { timeout: 120_000 }, () => {
    const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--no-color", "--project", "unit", `${source}/${name}`];
    const tested = spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
    expect(tested.stdout).toMatch(/Tests.* 5 passed/);
    expect(tested.status, tested.stdout + tested.stderr).toBe(0);
  });

  it("makes what runs", async () => {
    const load = (file: string) =>
      import(/* @vite-ignore */ pathToFileURL(path.join(copy, source, name, file)).href) as Promise<
        Record<string, unknown>
      >;
    const machine = Object.values(await load("machine.ts"))[0] as Machine;
    const { default: handler } = (await load("steps/do-the-work.handler.ts")) as {
      default: StepImplementation;
    };
    await using run = await openRun(machine, {
      DoTheWork: ({ input }) => handler.run(input, memoryContext().ctx),
    });
    const { output, cause } = await run.attempt({ text: "Hello" });
    expect(output, cause).toEqual({ characters: 5, summary: "The text has 5 characters." });
  });
});

it("compiles, machine, handler and test", () => {
  const made = [...files("try-this-2")].filter(
    ([file]) => file.includes("/try-this-2/") && file.endsWith(".ts"),
  );
  expect(compile(new Map(made.map(([file, text]) => [path.join(root, file), text])))).toEqual([]);
}, 180_000);

describe("pnpm workflow", () => {
  it.each([
    [["new", "Try This"], /"Try This" is no name for a workflow: use small letters/],
    [["new", "try--this"], /no name for a workflow/],
    [["new", "../escape"], /no name for a workflow/],
    [["new", "x".repeat(41)], /41 characters; a workflow's name has 40 at most/],
    [["new", "delete"], /means something else here/],
    [["new", "data-import-undo"], /would be the undo of "data-import"/],
    [["new", "data-import"], /data-import is there already; nothing was changed/],
    [["new"], /pnpm workflow <command> <name>/],
    [["make", "it"], /pnpm workflow <command> <name>/],
    [["new", "a", "--fast"], /--fast/],
  ])("%j is refused with a sentence and changes nothing", (args, sentence) => {
    const before = lists.map(textOf);
    const refused = workflow(...args);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(sentence);
    expect(refused.stderr).not.toContain("    at ");
    expect(lists.map(textOf)).toEqual(before);
  });
});

describe("in the real checkout", () => {
  const real = (...args: string[]) =>
    spawnSync(process.execPath, ["tooling/workflow.mjs", ...args], { cwd: root, encoding: "utf8" });

  it("asl prints the machine, graph draws it, and a name that is not there gets the names that are", () => {
    const asl = real("asl", "data-import");
    expect(asl.status, asl.stderr).toBe(0);
    expect(JSON.parse(asl.stdout)).toMatchObject({ QueryLanguage: "JSONata", StartAt: "ProcessData" });
    const graph = real("graph", "data-import");
    expect(graph.stdout).toMatch(/^stateDiagram-v2\n {2}\[\*\] --> ProcessData\n/);
    expect(graph.stdout).toContain("  ProcessData --> ProcessingFailed: fails\n");
    const unknown = real("asl", "nope");
    expect([unknown.status, unknown.stdout]).toEqual([1, ""]);
    expect(unknown.stderr).toMatch(/There is no workflow "nope"\. There are: data-import, /);
    expect(real("asl", "data-import", "--undo").stderr).toMatch(/has no step with a compensation/);
  }, 240_000);
});
