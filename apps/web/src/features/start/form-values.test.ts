import { contracts } from "@longhaul/workflows/contracts";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { initialValues, readForm } from "./form-values.js";
import { checkInput, placeIssues } from "./issues.js";
import { fieldsOf, isShare } from "./schema.js";

const fields = fieldsOf(z.toJSONSchema(contracts["data-import"].input, { io: "input" }));
const file = "018f2f6e-7d1c-4c3e-9a55-0d3a4c1f9b21";

describe("the form of data-import", () => {
  it("is drawn from the contract's schema", () => {
    const kinds = Object.fromEntries(fields.map(({ name, kind }) => [name, kind]));
    expect(kinds).toMatchObject({
      file: "file",
      name: "text",
      maxRejectedShare: "number",
      priority: "choice",
      channel: "choice",
      simulation: "group",
    });
    expect(fields.filter(isShare).map(({ name }) => name)).toEqual(["maxRejectedShare"]);
    expect(fields.find(({ name }) => name === "file")).toMatchObject({
      maxBytes: 52_428_800,
      required: true,
    });
  });

  it("starts with the defaults and leaves out what stays empty", () => {
    const values = initialValues(fields);
    expect(values).toEqual({ maxRejectedShare: "5", priority: "normal" });
    const { input, errors } = readForm(fields, { ...values, file, name: "March" });
    expect(errors).toEqual({});
    expect(input).toEqual({ file, name: "March", maxRejectedShare: 0.05, priority: "normal" });
    expect(checkInput("data-import", input, fields)).toEqual({});
  });

  it("takes over the input of an earlier run, but not its file", () => {
    const previous = { file, name: "March", maxRejectedShare: 0.29, simulation: { delays: { csv: 20 } } };
    const values = initialValues(fields, previous);
    expect(values).toMatchObject({ name: "March", maxRejectedShare: "29", "simulation.delays.csv": "20" });
    expect(values["file"]).toBeUndefined();
    expect(readForm(fields, values).input).toMatchObject({
      maxRejectedShare: 0.29,
      simulation: { delays: { csv: 20 } },
    });
  });

  it("puts what is wrong beside its control", () => {
    const { input, errors } = readForm(fields, { maxRejectedShare: "a lot", "simulation.delays.csv": "-1" });
    expect(errors).toEqual({ maxRejectedShare: "Enter a number." });
    const found = checkInput("data-import", input, fields);
    expect(found["file"]).toBe("Choose a file.");
    expect(found["name"]).toBe("This is needed.");
    expect(found).toHaveProperty(["simulation.delays.csv"]);
  });

  it("finds a place for what the server says", () => {
    const issues = [
      { path: ["input", "file"], message: "Gone." },
      { path: ["simulation", "failStep", "unknown"], message: "Odd." },
      { path: ["elsewhere"], message: "General." },
    ];
    expect(placeIssues(issues, fields)).toEqual({
      file: "Gone.",
      "simulation.failStep": "Odd.",
      "": "General.",
    });
  });
});

describe("a list in a form", () => {
  const schema = z.strictObject({
    words: z.array(z.string().min(2, "Too short.")).min(1, "Name one.").max(3),
    shares: z.array(z.number().min(0).max(1)).default([0.5]),
    days: z.array(z.enum(["Mon", "Tue"])).optional(),
    rest: z.strictObject({ ids: z.array(z.uuid()) }).optional(),
    things: z.array(z.strictObject({ name: z.string() })).optional(),
  });
  const listFields = fieldsOf(z.toJSONSchema(schema, { io: "input" }));

  it("has rows of texts, numbers and choices; what does not fit into a line is written as JSON", () => {
    const shown = listFields.map((field) => [
      field.name,
      field.kind === "list" ? field.item.kind : field.kind,
    ]);
    expect(shown).toEqual([
      ["words", "text"],
      ["shares", "number"],
      ["days", "choice"],
      ["rest", "group"],
      ["things", "json"],
    ]);
    expect(listFields[0]).toMatchObject({ most: 3 });
  });

  it("begins with the rows of the default or of an earlier input, and reads them back", () => {
    expect(initialValues(listFields)).toEqual({ shares: ["50"] });
    const previous = { words: ["red", "green"], shares: [0.07], days: ["Tue"], rest: { ids: ["x"] } };
    const values = initialValues(listFields, previous);
    expect(values).toEqual({
      words: ["red", "green"],
      shares: ["7"],
      days: ["Tue"],
      "rest.ids": ["x"],
    });
    expect(readForm(listFields, values)).toEqual({ input: previous, errors: {} });
  });

  it("is left out where nothing is in it, and empty where leaving it out would say something else", () => {
    const blank = { words: [""], shares: [" "], days: [""], "rest.ids": ["", ""] };
    expect(readForm(listFields, blank)).toEqual({ input: { words: [], shares: [] }, errors: {} });
  });

  it("says at the row what is wrong with it", () => {
    const { input, errors } = readForm(listFields, { words: ["red", ""], shares: ["10", "many"] });
    expect(errors).toEqual({ "words.1": "Fill this in, or remove it.", "shares.1": "Enter a number." });
    expect(input["shares"]).toEqual([0.1, undefined]);
    const issues = [
      { path: ["words", 1], message: "Too short." },
      { path: ["rest", "ids", 0], message: "No id." },
      { path: ["words"], message: "Name one." },
      { path: ["things", 0, "name"], message: "Odd." },
    ];
    expect(placeIssues(issues, listFields)).toEqual({
      "words.1": "Too short.",
      "rest.ids.0": "No id.",
      words: "Name one.",
      things: "Odd.",
    });
  });
});
