import { fileField } from "@longhaul/kit";
import { contracts } from "@longhaul/workflows/contracts";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type FormValues, readForm } from "./form-values.js";
import { hadFiles, initialValues } from "./initial-values.js";
import { checkInput, placeIssues } from "./issues.js";
import { hintOf } from "./line-control.js";
import { fieldsOf, type FormField, type FormList, hasFiles, isOptional, isShare, rowOf } from "./schema.js";

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
    expect(checkInput("data-import", input, fields, values)).toEqual({});
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
    const values = { maxRejectedShare: "a lot", "simulation.delays.csv": "-1" };
    const { input, errors } = readForm(fields, values);
    expect(errors).toEqual({ maxRejectedShare: "Enter a number." });
    const found = checkInput("data-import", input, fields, values);
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
    expect(placeIssues(issues, fields, {})).toEqual({
      file: "Gone.",
      "simulation.failStep": "Odd.",
      "": "General.",
    });
  });
});

describe("a list in a form", () => {
  const stop = z.strictObject({
    town: z.string().min(2, "Too short."),
    nights: z.number().int().default(1),
    by: z.enum(["train", "boat"]).optional(),
    booked: z.boolean(),
    day: z.iso.date().optional(),
    note: z.string().max(500).nullable(),
  });
  const schema = z.strictObject({
    words: z.array(z.string().min(2, "Too short.")).min(1, "Name one.").max(3),
    shares: z.array(z.number().min(0).max(1)).default([0.5]),
    days: z.array(z.enum(["Mon", "Tue"])).optional(),
    rest: z.strictObject({ ids: z.array(z.uuid()) }).optional(),
    stops: z.array(stop).max(2).optional(),
    legs: z.array(z.strictObject({ from: z.string() })).min(1, "Name a leg."),
    papers: z.array(fileField({ maxBytes: 10 })).optional(),
    deep: z.array(z.strictObject({ more: z.array(z.string()) })).optional(),
    moments: z.array(z.iso.datetime()).optional(),
  });
  const listFields = fieldsOf(z.toJSONSchema(schema, { io: "input" }));
  const nothing = { words: [], shares: [], legs: [] };

  it("has rows of lines, files and objects of those; what has no control of its own is written as JSON", () => {
    const shown = listFields.map((field) => [
      field.name,
      field.kind === "list" ? field.item.kind : field.kind,
    ]);
    expect(Object.fromEntries(shown)).toEqual({
      words: "text",
      shares: "number",
      days: "choice",
      rest: "group",
      stops: "group",
      legs: "group",
      papers: "file",
      deep: "json",
      moments: "date",
    });
    expect(listFields[0]).toMatchObject({ most: 3 });
    const stops = listFields.find(({ name }) => name === "stops") as FormList;
    expect(
      (rowOf(stops, "7") as FormField & { kind: "group" }).fields.map(({ path, kind }) => [path, kind]),
    ).toEqual([
      ["stops.7.town", "text"],
      ["stops.7.nights", "number"],
      ["stops.7.by", "choice"],
      ["stops.7.booked", "flag"],
      ["stops.7.day", "date"],
      ["stops.7.note", "text"],
    ]);
  });

  it("of files may be empty, so that its input is not one that has files, unless it has to have some", () => {
    expect(hasFiles(listFields)).toBe(false);
    const papers = z.array(fileField({ maxBytes: 10 })).min(1);
    const letters = z.array(z.strictObject({ to: z.string(), paper: fileField({ maxBytes: 10 }) }));
    for (const shape of [{ papers }, { letters }]) {
      expect(hasFiles(fieldsOf(z.toJSONSchema(z.strictObject(shape), { io: "input" })))).toBe(true);
    }
  });

  it("begins with the rows of the default, or with one where there has to be one", () => {
    expect(initialValues(listFields)).toEqual({ shares: ["0"], "shares.0": "50", legs: ["0"] });
  });

  it("begins with the rows of an earlier input but its files, and reads them back", () => {
    const previous = {
      words: ["red", "green"],
      shares: [0.07],
      days: ["Tue"],
      rest: { ids: ["x"] },
      stops: [
        { town: "Bern", nights: 2, booked: true, day: "2026-11-23", note: "late" },
        { town: "Ulm", nights: 1, by: "boat", booked: false, note: null },
      ],
      legs: [{ from: "Bern" }],
      moments: ["2026-11-23T10:20:00.000Z"],
    };
    const values = initialValues(listFields, { ...previous, papers: [file] });
    expect(values).toMatchObject({
      words: ["0", "1"],
      "words.1": "green",
      "shares.0": "7",
      "stops.0.town": "Bern",
    });
    expect(values).not.toHaveProperty("papers");
    expect(hadFiles(listFields, { ...previous, papers: [file] })).toBe(true);
    expect(hadFiles(listFields, { ...previous, papers: [] })).toBe(false);
    expect(readForm(listFields, values)).toEqual({ input: previous, errors: {} });
  });

  it("is left out where nothing is in it, and empty where leaving it out would say something else", () => {
    const blank = {
      words: ["0"],
      "words.0": "",
      shares: ["0"],
      "shares.0": " ",
      "rest.ids": ["0", "1"],
      stops: [],
    };
    expect(readForm(listFields, blank)).toEqual({ input: nothing, errors: {} });
  });

  it("reads an object where a row is, however little stands in it", () => {
    const values = { stops: ["0", "1"], "stops.1.town": "Ulm" };
    expect(readForm(listFields, values)).toEqual({
      input: {
        ...nothing,
        stops: [
          { booked: false, note: null },
          { town: "Ulm", booked: false, note: null },
        ],
      },
      errors: {},
    });
  });

  it("says at the row what is wrong with it, wherever it stands by now", () => {
    const values: FormValues = {
      words: ["4", "2"],
      "words.4": "red",
      shares: ["0", "1"],
      "shares.0": "10",
      "shares.1": "many",
      stops: ["3", "0"],
      "stops.0.nights": "few",
      papers: ["0"],
    };
    const { input, errors } = readForm(listFields, values);
    expect(errors).toEqual({
      "words.2": "Fill this in, or remove it.",
      "shares.1": "Enter a number.",
      "stops.0.nights": "Enter a number.",
      "papers.0": "Choose a file, or remove this.",
    });
    expect(input["shares"]).toEqual([0.1, undefined]);
    const issues = [
      { path: ["words", 1], message: "Too short." },
      { path: ["input", "words", 0], message: "Red again." },
      { path: ["rest", "ids", 0], message: "No id." },
      { path: ["words"], message: "Name one." },
      { path: ["stops", 0, "town"], message: "Nowhere." },
      { path: ["stops", 1], message: "Too late." },
      { path: ["stops", 5, "town"], message: "Gone." },
      { path: ["deep", 0, "more", 1], message: "Odd." },
    ];
    expect(placeIssues(issues, listFields, values)).toEqual({
      "words.2": "Too short.",
      "words.4": "Red again.",
      "rest.ids.0": "No id.",
      words: "Name one.",
      "stops.3.town": "Nowhere.",
      "stops.0": "Too late.",
      stops: "Gone.",
      deep: "Odd.",
    });
  });
});

describe("a field of a form", () => {
  const schema = z.strictObject({
    title: z.string().max(80),
    story: z.string().max(2_000),
    mood: z.enum(["calm", "bold"]),
    hint: z.string().nullable(),
    legs: z
      .array(
        z.strictObject({ from: z.string(), km: z.number(), to: z.string().meta({ examples: ["Rome"] }) }),
      )
      .meta({ examples: [[{ from: "Ulm", km: 7, to: "Bern" }]] }),
    empty: z.string().meta({ examples: [""] }),
  });
  const drawn = fieldsOf(z.toJSONSchema(schema, { io: "input" }));

  it("has more than a line where a text may be long", () => {
    const long = drawn.flatMap((field) => (field.kind === "text" && field.long ? [field.name] : []));
    expect(long).toEqual(["story"]);
  });

  it("shows an example, an object's fields those of the example of the whole", () => {
    const legs = drawn.find(({ name }) => name === "legs") as FormList & { item: { kind: "group" } };
    expect(legs.item.fields.map(hintOf)).toEqual(["e.g. Ulm", "e.g. 7", "e.g. Rome"]);
    expect(hintOf(drawn.find(({ name }) => name === "empty")!)).toBeUndefined();
  });

  it("is optional where its default is empty", () => {
    const input = fieldsOf(z.toJSONSchema(contracts["digital-twin"].input, { io: "input" }));
    const optional = (name: string) => isOptional(input.find((field) => field.name === name)!);
    expect(["name", "documents", "text", "epochs", "twinId"].map(optional)).toEqual([
      ...[false, true, true, false, true],
    ]);
  });

  it("may stay empty where null is an answer", () => {
    expect(drawn.find(({ name }) => name === "hint")).toMatchObject({ required: false, orNull: true });
    expect(readForm(drawn, {}).input).toEqual({ hint: null, legs: [] });
  });
});

describe("what is missing", () => {
  it("is said in the same words of a text and of a choice", () => {
    const input = fieldsOf(z.toJSONSchema(contracts.story.input, { io: "input" }));
    const found = checkInput("story", readForm(input, {}).input, input, {});
    expect([found["childName"], found["mood"]]).toEqual(["This is needed.", "This is needed."]);
  });
});
