import { describe, expect, it } from "vitest";
import { sentencesOf } from "./sentences.js";

describe("the sentences of a text without full stops", () => {
  it.each([
    ["without a blank", "x".repeat(9_000_001)],
    ["of words", "alpha beta gamma delta ".repeat(400_000).trim()],
  ])("%s are pieces that together are the text, however long it is", (_what, text) => {
    const pieces = sentencesOf(text);
    expect(pieces.length).toBeGreaterThanOrEqual(text.length / 600);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(600);
    expect(pieces.join("").replaceAll(" ", "") === text.replaceAll(" ", "")).toBe(true);
  });

  it("cut no character in two", () => {
    const text = `a${"𠮷".repeat(1_000)}b`;
    const pieces = sentencesOf(text);
    expect(pieces.join("")).toBe(text);
    for (const piece of pieces) expect(piece).not.toMatch(/\p{Cs}/u);
  });
});
