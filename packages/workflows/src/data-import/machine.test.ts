import { describe, expect, it } from "vitest";
import { z } from "zod";
import { contracts } from "../contracts.js";
import { handlers } from "../handlers.js";
import { machines } from "../machines.js";
import { dataImport } from "./contract.js";
import { dataImportMachine } from "./machine.js";

describe("the machine of data-import", () => {
  it("has the states that people know it by", () => {
    const { States, StartAt } = dataImportMachine.definition((step) => `arn:${step}`);
    expect(StartAt).toBe("ProcessData");
    expect(Object.keys(States).sort()).toEqual([
      "CheckStatus",
      "NotificationFailed",
      "ProcessData",
      "ProcessingFailed",
      "SendNotification",
      "WorkflowCompleted",
    ]);
    expect(JSON.stringify(States["ProcessData"])).toContain("arn:ProcessData");
  });

  it("gives the run every field that the contract's output has", () => {
    const { States } = dataImportMachine.definition((step) => step);
    const output = JSON.stringify(States["WorkflowCompleted"]);
    for (const field of Object.keys(dataImport.output.shape)) expect(output).toContain(`\\"${field}\\":`);
  });

  it("keeps its hash: a change here is a new version of the deployed machine", () => {
    expect(dataImportMachine.hash).toMatchInlineSnapshot(
      `"29b831d952888daed0f34e5f49b3fb2e5c4fcd024736d98d2df16c938171ccce"`,
    );
    expect(dataImportMachine.template).toContain(dataImportMachine.hash);
  });

  it("has one step in each stage", () => {
    expect(dataImportMachine.stages.map(({ key, steps }) => [key, steps])).toEqual([
      ["process", 1],
      ["notify", 1],
    ]);
  });
});

describe("the catalogue", () => {
  it("has contract, machine and handlers of every workflow under the same name", async () => {
    expect(Object.keys(machines)).toEqual(Object.keys(contracts));
    expect(Object.keys(handlers)).toEqual(Object.keys(contracts));
    for (const [name, machine] of Object.entries(machines)) {
      expect(machine.name).toBe(name);
      const loaders = handlers[name as keyof typeof handlers];
      expect(Object.keys(loaders)).toEqual(machine.steps.map((step) => step.name));
      const loaded = await Promise.all(Object.values(loaders).map((load) => load()));
      expect(loaded.map((module) => module.default.step)).toEqual(machine.steps);
    }
  });
});

describe("the input", () => {
  const { input } = dataImport;
  const file = "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21";

  it("fills in what may be left out", () => {
    expect(input.parse({ file, name: " March " })).toEqual({
      file,
      name: "March",
      maxRejectedShare: 0.05,
      priority: "normal",
    });
  });

  it.each([
    [{ name: "" }, "Give the import a name."],
    [{ maxRejectedShare: 1.5 }, "<=1"],
    [{ file: "x" }, "Choose a file."],
    [{ colour: "red" }, "colour"],
    [{ simulation: { failStep: { step: "Other", onTry: 1 } } }, "ProcessData"],
  ])("refuses %j", (wrong, message) => {
    const result = input.safeParse({ file, name: "March", ...wrong });
    expect(JSON.stringify(result.error?.issues)).toContain(message);
  });

  it("tells a form a title, a description and an example of every field", () => {
    const { properties = {} } = z.toJSONSchema(input, { io: "input" });
    for (const field of Object.values(properties)) {
      expect(field).toMatchObject({ title: expect.any(String), description: expect.any(String) });
      expect((field as { examples?: unknown[] }).examples).toHaveLength(1);
    }
    expect(properties["file"]).toMatchObject({ format: "longhaul-artifact", maxBytes: 52_428_800 });
  });
});
