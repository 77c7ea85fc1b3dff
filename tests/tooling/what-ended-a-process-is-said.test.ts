import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { lastWords } from "../../tooling/last-words.mjs";

const logged = (code: string) =>
  spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" }).stderr;

describe("what npm start says of a process that has ended", () => {
  it("is the sentence of the error that nobody caught, and not what Node writes below it", () => {
    const cause = "{ cause: new TypeError('x is no function'), code: 'E1' }";
    expect(lastWords(`{"level":"info"}\n${logged(`throw new Error("It has no states.", ${cause})`)}`)).toBe(
      "Error: It has no states.",
    );
    expect(lastWords(logged("null.x"))).toMatch(/^TypeError: Cannot read/);
    expect(lastWords(logged("await Promise.reject(new RangeError('Too far.'))"))).toBe(
      "RangeError: Too far.",
    );
  });

  it("is the last line of any other log", () => {
    expect(lastWords("Error: once\nThe port is taken.\n")).toBe("The port is taken.");
    expect(lastWords(logged("throw 'plain'"))).toMatch(/^Node\.js v/);
    expect(lastWords("")).toBe("");
  });
});
