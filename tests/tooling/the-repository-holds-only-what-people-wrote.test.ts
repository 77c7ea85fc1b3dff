import { statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { git, read, root, trackedFiles } from "./repository.js";

const files = trackedFiles();
const binary = /\.(png|jpe?g|gif|webp|ico|woff2?|gz|zip)$/;
const lock = "pnpm-lock.yaml";
const texts = files.filter((file) => !binary.test(file) && file !== lock);

/** Folders in which somebody's checkout stands, on the usual systems. The pattern must not match itself. */
const machinePath = new RegExp(
  String.raw`(?<![\w.:/-])/(?:${["home", "Users", "root", "work", "farm"].join("|")})/[\w.-]+`,
);

function linesWith(pattern: RegExp): string[] {
  return texts.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

describe("the repository", () => {
  it("tracks nothing that .gitignore leaves out", () => {
    expect(git("ls-files", "-ci", "--exclude-standard")).toBe("");
  });

  it("tracks no build output", () => {
    const generated =
      /(^|\/)(dist|dist-types|coverage|cdk\.out|node_modules|\.longhaul)\/|\.tsbuildinfo$|\.gen\.ts$|\.map$/;
    expect(files.filter((file) => generated.test(file))).toEqual([]);
  });

  it("names no folder of somebody's machine", () => {
    expect(linesWith(machinePath)).toEqual([]);
  });

  it("tracks no file over 1 MB", () => {
    const size = (file: string) => statSync(path.join(root, file)).size;
    expect(files.filter((file) => size(file) > 1024 * 1024)).toEqual([]);
  });

  it("takes its packages from the default registry", () => {
    expect(read(lock)).not.toMatch(/tarball: *http|resolved: *http/);
    expect(files.filter((file) => /(^|\/)\.npmrc$/.test(file) && /registry *=/.test(read(file)))).toEqual([]);
  });
});

describe("the pattern for machine paths", () => {
  it.each(["home/ada/longhaul", "Users/ada", "root/.cache"])("finds /%s", (rest) => {
    expect(`at /${rest}/x.ts`).toMatch(machinePath);
  });

  it.each(["https://example.org/home/page", "./root/a", "src/home/x.ts", "/healthz"])("passes %s", (text) => {
    expect(text).not.toMatch(machinePath);
  });
});
