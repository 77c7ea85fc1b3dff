import path from "node:path";
import { describe, expect, it } from "vitest";
import { read } from "./repository.js";

/** The folders that a build of this project makes, itself and all that it refers to. */
function built(config: string, seen = new Set<string>()): Set<string> {
  const { references = [] } = JSON.parse(read(config)) as { references?: { path: string }[] };
  for (const reference of references) {
    const folder = path.posix.join(path.posix.dirname(config), reference.path);
    if (seen.has(folder)) continue;
    seen.add(folder);
    built(`${folder}/tsconfig.json`, seen);
  }
  return seen;
}

describe("what npm start builds", () => {
  it("is all that the scripts of the root run, the command of the README too", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const run = Object.values(scripts).flatMap(
      (script) => /^node ((?:packages|apps)\/[^/]+)\//.exec(script)?.[1] ?? [],
    );
    expect(run).toContain("packages/client");
    expect([...built("tsconfig.start.json")]).toEqual(expect.arrayContaining(run));
  });
});
