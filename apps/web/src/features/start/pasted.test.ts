import { describe, expect, it } from "vitest";
import { pastedRows } from "./pasted.js";

const lines = "first\r\n second \n\n";

describe("lines that are pasted into a row", () => {
  it("replace all of it where all of it is selected", () => {
    expect(pastedRows("the miller", { from: 0, to: 10 }, lines)).toEqual(["first", "second"]);
  });

  it("replace what is selected, the first behind what stands before it, the last before the rest", () => {
    expect(pastedRows("the miller", { from: 4, to: 6 }, lines)).toEqual(["the first", "secondller"]);
  });

  it("take an empty row, and come below an entry of which nothing is selected", () => {
    expect(pastedRows("", { from: 0, to: 0 }, lines)).toEqual(["first", "second"]);
    expect(pastedRows("the miller", { from: 10, to: 10 }, lines)).toEqual(["the miller", "first", "second"]);
  });

  it("are no lines where there is one only", () => {
    expect(pastedRows("the miller", { from: 0, to: 10 }, "first\n")).toBeNull();
  });
});
