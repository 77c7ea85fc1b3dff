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
