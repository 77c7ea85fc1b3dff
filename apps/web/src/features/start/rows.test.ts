import { describe, expect, it } from "vitest";
import { changedRows, errorsAfter, rowsOf } from "./rows.js";

describe("the rows of a list", () => {
  it("are one at least", () => {
    expect(rowsOf(undefined)).toEqual([""]);
    expect(rowsOf([])).toEqual([""]);
    expect(rowsOf(["a", ""])).toEqual(["a", ""]);
  });

  it("are changed, put in and taken out", () => {
    expect(changedRows(["a", "b"], { at: 1, remove: 1, insert: ["c"] })).toEqual(["a", "c"]);
    expect(changedRows(["a", "b"], { at: 1, remove: 0, insert: ["c", "d"] })).toEqual(["a", "c", "d", "b"]);
    expect(changedRows(["a", "b"], { at: 0, remove: 1, insert: [] })).toEqual(["b"]);
  });
});

describe("what is wrong with a list", () => {
  const errors = { list: "Too many.", "list.0": "first", "list.2": "third", listed: "other", "": "all" };

  it("stays with its row", () => {
    expect(errorsAfter(errors, "list", { at: 0, remove: 1, insert: [] })).toEqual({
      "list.1": "third",
      listed: "other",
      "": "all",
    });
    expect(errorsAfter(errors, "list", { at: 1, remove: 0, insert: ["", ""] })).toEqual({
      "list.0": "first",
      "list.4": "third",
      listed: "other",
      "": "all",
    });
  });

  it("is gone from a row that was changed", () => {
    expect(errorsAfter(errors, "list", { at: 2, remove: 1, insert: ["x"] })).toEqual({
      "list.0": "first",
      listed: "other",
      "": "all",
    });
  });
});
