import { contracts } from "@longhaul/workflows/contracts";
import { expect, it } from "vitest";
import { parseInput } from "./input.js";
import { RunsRefusal } from "./refusal.js";

function refusalOf(input: unknown): RunsRefusal {
  try {
    parseInput(contracts["data-import"], input, new Set());
  } catch (error) {
    if (error instanceof RunsRefusal) return error;
  }
  throw new Error("It was not refused.");
}

it("says of a field that is missing that it is needed, not which type the parser received", () => {
  const { issues, message } = refusalOf({ file: crypto.randomUUID() });
  expect(issues).toEqual([{ path: ["name"], message: '"name" is needed.' }]);
  expect(message).toBe('"name" is needed.');
});

it("keeps a field's own words", () => {
  const { issues } = refusalOf({ name: "March" });
  expect(issues).toEqual([{ path: ["file"], message: "Choose a file." }]);
});
