import { describe, expect, it } from "vitest";
import { z } from "zod";
import { changedRows, errorsAfter, goneRows, movedRow, rowsOf, without } from "./rows.js";
import { fieldsOf, type FormList } from "./schema.js";

const schema = z.object({
  words: z.array(z.string()).optional(),
  stops: z.array(z.object({ town: z.string(), nights: z.number().default(1) })).optional(),
});
const [words, stops] = fieldsOf(z.toJSONSchema(schema, { io: "input" })) as [FormList, FormList];

describe("the rows of a list", () => {
  it("are one at least where they are lines", () => {
    expect(rowsOf(words, {})).toEqual(["0"]);
    expect(rowsOf(words, { words: [] })).toEqual(["0"]);
    expect(rowsOf(words, { words: ["3", "1"] })).toEqual(["3", "1"]);
    expect(rowsOf(stops, {})).toEqual([]);
  });

  it("come with an id that no other has, and with what stands in them", () => {
    const values = { words: ["2", "0"], "words.2": "a", "words.0": "b", other: "c" };
    expect(changedRows(words, values, { at: 1, remove: 0, insert: ["x", "y"] })).toEqual({
      ...values,
      words: ["2", "3", "4", "0"],
      "words.3": "x",
      "words.4": "y",
    });
    expect(changedRows(words, {}, { at: 1, remove: 0, insert: [""] })).toEqual({
      words: ["0", "1"],
      "words.1": "",
    });
  });

  it("come with the defaults of an object's fields", () => {
    expect(changedRows(stops, {}, { at: 0, remove: 0, insert: [undefined] })).toEqual({
      stops: ["1"],
      "stops.1.nights": "1",
    });
  });

  it("go with all that stands in them", () => {
    const values = {
      stops: ["0", "1", "10"],
      "stops.0.town": "Ulm",
      "stops.1.town": "Bern",
      "stops.10.town": "Rome",
    };
    const change = { at: 1, remove: 1, insert: [] };
    expect(goneRows(stops, values, change)).toEqual(["stops.1"]);
    expect(changedRows(stops, values, change)).toEqual({
      stops: ["0", "10"],
      "stops.0.town": "Ulm",
      "stops.10.town": "Rome",
    });
  });

  it("change places, and keep what is theirs", () => {
    const values = { words: ["0", "1", "2"], "words.2": "last" };
    expect(movedRow(words, values, 2, 0)).toEqual({ words: ["2", "0", "1"], "words.2": "last" });
    expect(movedRow(words, values, 0, 1)).toEqual({ words: ["1", "0", "2"], "words.2": "last" });
  });
});

describe("what is wrong with a form", () => {
  const errors = {
    stops: "Too many.",
    "stops.1": "Late.",
    "stops.1.town": "Odd.",
    "stops.10": "Far.",
    "": "All.",
  };

  it("is gone from what was changed and from what that is a part of", () => {
    expect(errorsAfter(errors, "stops.1.nights")).toEqual({
      "stops.1.town": "Odd.",
      "stops.10": "Far.",
      "": "All.",
    });
    expect(errorsAfter(errors, "stops")).toEqual({
      "stops.1": "Late.",
      "stops.1.town": "Odd.",
      "stops.10": "Far.",
      "": "All.",
    });
  });

  it("goes with the row that it belongs to", () => {
    expect(without(errors, ["stops.1"])).toEqual({ stops: "Too many.", "stops.10": "Far.", "": "All." });
  });
});
