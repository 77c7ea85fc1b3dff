import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract, fileField, fileFields, fileRules } from "./contract.js";

const contract = {
  name: "data-import",
  title: "Import",
  description: "A file.",
  input: z.object({ file: fileField({ accept: [".csv"], maxBytes: 10 }), name: z.string() }),
  output: z.null(),
  stages: { read: { label: "Reading", weight: 1 } },
  runName: () => "run",
};

describe("defineContract", () => {
  it("knows which fields are files, as forms will read it", () => {
    expect(fileFields(defineContract(contract))).toEqual(["file"]);
    expect(z.toJSONSchema(contract.input).properties?.["file"]).toMatchObject({
      format: "longhaul-artifact",
      accept: [".csv"],
      maxBytes: 10,
    });
  });

  it("knows lists of files, with a default and without", () => {
    const files = z.array(fileField({ accept: [".txt"], maxBytes: 10 }));
    const input = z.object({ some: files.default([]), many: files.optional(), names: z.array(z.string()) });
    expect(fileFields({ input })).toEqual(["some", "many"]);
    expect(fileRules(input.shape.some)).toMatchObject({ accept: [".txt"], maxBytes: 10 });
    expect(fileRules(input.shape.names)).toBeNull();
  });

  it.each([
    [{ name: "DataImport" }, 'Workflow name "DataImport" must be kebab-case'],
    [{ stages: {} }, "needs at least one stage"],
    [
      { stages: { read: { label: "Reading", weight: 0 } } },
      'Stage "read" of workflow "data-import" needs a positive',
    ],
  ])("refuses %j", (wrong, sentence) => {
    expect(() => defineContract({ ...contract, ...wrong })).toThrow(sentence);
  });
});
