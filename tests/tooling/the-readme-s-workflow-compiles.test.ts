import path from "node:path";
import { describe, expect, it } from "vitest";
import { compile } from "./compile.js";
import { read, root } from "./repository.js";

const folder = path.join(root, "packages/workflows");

/** The files of the example: code blocks that begin with their own path. */
function filesIn(page: string): Map<string, string> {
  const blocks = [...read(page).matchAll(/^```tsx?\n\/\/ (\S+\.tsx?)\n([\s\S]*?)^```/gm)];
  return new Map(blocks.map((block) => [path.join(root, block[1]!), block[2]!]));
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

describe("the client's examples", () => {
  const examples = filesIn("packages/client/README.md");
  // A client knows the API by its types alone, as they were built.
  const compiled = (files: ReadonlyMap<string, string>) => compile(files, []);

  it("compile as they stand in its README", () => {
    expect(examples.size).toBe(2);
    expect(compiled(examples)).toEqual([]);
  });

  it("refuse an input that is none, as it says", () => {
    const wrong = new Map([...examples].map(([file, text]) => [file, text.replace("position:", "opinion:")]));
    expect(compiled(wrong)).toEqual([expect.stringMatching(/example\.ts: .*'opinion' does not exist/)]);
  });
});
