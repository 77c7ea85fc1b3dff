import { existsSync } from "node:fs";
import path from "node:path";
import { describe, test } from "vitest";
import { caseNames, readCase } from "./conformance/case.js";
import { conformanceDir } from "./conformance/env.js";
import { type Result, runCase } from "./conformance/run-case.js";
import { shortfalls } from "./conformance/shortfalls.js";

const ownDir = path.join(import.meta.dirname, "cases");

const recorded = existsSync(conformanceDir) ? caseNames(conformanceDir) : [];

describe.skipIf(recorded.length === 0)("executions recorded on AWS", { concurrent: true }, () => {
  test.each(recorded)("%s", async (name) => {
    const result = await runCase(readCase(conformanceDir, name));
    assertAsListed(result);
  });
});

test.skipIf(recorded.length === 0)("the list of shortfalls names cases that there are", ({ expect }) => {
  const all = [...recorded, ...caseNames(ownDir)];
  expect(Object.keys(shortfalls).filter((name) => !all.includes(name))).toEqual([]);
});

describe("executions written down from AWS's documentation", { concurrent: true }, () => {
  test.each(caseNames(ownDir))("%s", async (name) => {
    const result = await runCase(readCase(ownDir, name));
    assertAsListed(result);
  });
});

/** What failed must be a known shortfall, and what is known to fall short must fail. */
function assertAsListed(result: Result): void {
  for (const part of ["output", "history"] as const) {
    const known = shortfalls[result.name]?.[part];
    if (result[part] === "failed" && known === undefined)
      throw new Error(`the ${part} differs:\n${result.differences[part].slice(0, 20).join("\n")}`);
    if (result[part] !== "failed" && known !== undefined)
      throw new Error(`the ${part} is as on AWS: take it off the list of shortfalls`);
  }
}
