import path from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { read, root } from "./repository.js";

const folder = path.join(root, "packages/workflows");

/** The files of the example: code blocks that begin with their own path. */
function filesIn(page: string): Map<string, string> {
  const blocks = [...read(page).matchAll(/^```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)^```/gm)];
  return new Map(blocks.map((block) => [path.join(root, block[1]!), block[2]!]));
}

let before: ts.Program | undefined;

/** What the compiler says of files that exist only here, as if they stood in the package. */
function compile(files: ReadonlyMap<string, string>): string[] {
  const config = ts.readConfigFile(path.join(folder, "tsconfig.json"), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, folder);
  // The kit is read from its sources, so that the test does not depend on a build.
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { readFile, fileExists, directoryExists } = host;
  host.readFile = (file) => files.get(path.normalize(file)) ?? readFile(file);
  host.fileExists = (file) => files.has(path.normalize(file)) || fileExists(file);
  host.directoryExists = (directory) =>
    [...files.keys()].some((file) => file.startsWith(`${path.normalize(directory)}${path.sep}`)) ||
    (directoryExists?.(directory) ?? true);
  before = ts.createProgram({
    // Everything that has not changed since the last time is not parsed again.
    ...(before && { oldProgram: before }),
    rootNames: [...files.keys()],
    options: {
      ...options,
      composite: false,
      incremental: false,
      noEmit: true,
      rootDir: root,
      tsBuildInfoFile: undefined,
      customConditions: ["@longhaul/source"],
    },
    host,
  });
  return ts
    .getPreEmitDiagnostics(before)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
}

const example = filesIn("README.md");

it("has contract, step, handler and machine", () => {
  expect([...example.keys()].map((file) => path.relative(`${folder}/src/word-count`, file))).toEqual([
    "contract.ts",
    "steps/count-words.ts",
    "steps/count-words.handler.ts",
    "machine.ts",
  ]);
});

it("compiles as it stands in the README", () => {
  expect(compile(example)).toEqual([]);
});

it("refuses a typo in a selector, as the README says", () => {
  const machine = path.join(folder, "src/word-count/machine.ts");
  const typo = new Map(example).set(machine, example.get(machine)!.replace("input.file", "input.fiel"));
  expect(compile(typo)).toEqual([expect.stringMatching(/machine\.ts: .*'fiel' does not exist/)]);
});
