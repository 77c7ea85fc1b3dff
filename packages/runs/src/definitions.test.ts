import { defineContract } from "@longhaul/kit";
import { defineMachine } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { expect, it } from "vitest";
import { z } from "zod";
import { definitionOf } from "./definitions.js";

const contract = defineContract({
  ...{ name: "lay-table", title: "Lay the table", description: "For two.", runName: () => "Table" },
  ...{ input: z.object({}), output: z.object({}), stages: { lay: { label: "Laying", weight: 1 } } },
});
const common = { timeoutSeconds: 30, input: z.unknown(), output: z.object({}) };
const lay = defineStep({ ...common, stage: "lay", name: "Lay" });
const clear = defineStep({ ...common, stage: "lay", name: "Clear" });
const machine = (compensate: typeof clear | undefined, retiredCompensations: (typeof clear)[]) =>
  defineMachine(
    contract,
    (flow) => flow.step(lay, () => null, compensate ? { compensate } : {}).succeed("Laid", () => ({})),
    { retiredCompensations },
  );

it("keeps an undo where a machine has compensations of its own, and not for those that are retired", () => {
  const own = machine(clear, []);
  expect(definitionOf(own)).toMatchObject({
    compensations: { Lay: "Clear" },
    undoTemplate: own.undo?.template,
  });
  const left = machine(undefined, [clear]);
  expect(left.undo).not.toBeNull();
  expect(left.hash).not.toBe(own.hash);
  expect(definitionOf(left)).toMatchObject({ compensations: {}, undoTemplate: null });
});
