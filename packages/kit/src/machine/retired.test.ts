import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../contract.js";
import { defineStep } from "../step/step.js";
import { defineMachine, type MachineOptions } from "./index.js";

const contract = defineContract({
  name: "mend-shoes",
  title: "Mend shoes",
  description: "Until they are worn again.",
  input: z.object({ shoes: z.string() }),
  output: z.object({ done: z.boolean() }),
  stages: { mend: { label: "Mending", weight: 1 } },
  runName: () => "Shoes",
});
const common = { stage: "mend", timeoutSeconds: 10 } as const;
const undoes = z.object({ input: z.unknown(), output: z.unknown() });
const work = { ...common, input: z.object({ shoes: z.string() }), output: z.object({ done: z.boolean() }) };
const sew = defineStep({ ...work, name: "SewSole" });
const unsew = defineStep({ ...common, name: "UnsewSole", input: undoes, output: z.null() });
// The stage has left with the step.
const glue = defineStep({ ...work, name: "GlueSole", stage: "glue" });
const unglue = defineStep({
  ...{ ...common, name: "UnglueSole", input: undoes, output: z.null() },
  retryAfter: { maxSeconds: 60 },
});

const mending = (options?: MachineOptions<typeof contract>, compensate?: typeof unsew) =>
  defineMachine(
    contract,
    (flow) =>
      flow
        .step(sew, ({ input }) => ({ shoes: input.shoes }), compensate ? { compensate } : {})
        .succeed("Mended", ({ sewSole }) => sewSole),
    options,
  );

describe("a retired step", () => {
  it("is named apart from the machine's own, and changes neither text, graph nor hash", () => {
    const [without, machine] = [mending(), mending({ retired: [glue] })];
    expect(machine.retired).toEqual([glue]);
    expect(machine.steps).toEqual([sew]);
    expect([machine.hash, machine.template, machine.graph]).toEqual([
      without.hash,
      without.template,
      without.graph,
    ]);
    expect(machine.stages).toEqual(without.stages);
    expect([machine.undo, without.undo, without.retired]).toEqual([null, null, []]);
  });

  it("may have the name of a state that has no function", () => {
    const mended = defineStep({ ...work, name: "Mended" });
    expect(mending({ retired: [mended] }).retired).toEqual([mended]);
  });
});

describe("a retired compensation", () => {
  it("stays in the machine that undoes, whose hash it changes, and in no other", () => {
    const [without, machine] = [mending({}, unsew), mending({ retiredCompensations: [unglue] }, unsew)];
    expect([machine.hash, machine.template]).toEqual([without.hash, without.template]);
    expect(machine.undo?.hash).not.toBe(without.undo?.hash);
    expect(machine.undo).toMatchObject({
      ...{ steps: [unsew], retired: [unglue] },
      compensations: { SewSole: "UnsewSole" },
    });
    expect([machine.steps, machine.retired]).toEqual([[sew, unsew], [unglue]]);
    const asked: string[] = [];
    machine.undo?.definition((name) => `arn:${asked.push(name)}`);
    expect(asked).toEqual(["LonghaulCompensations", "UnsewSole", "UnglueSole"]);
  });

  it("is enough for an undo, which takes back nothing of the machine itself", () => {
    const { undo, hash, retired } = mending({ retired: [glue], retiredCompensations: [unglue] });
    expect(undo).toMatchObject({ steps: [], retired: [unglue], compensations: {} });
    expect(undo?.template).toContain('$states.input.compensation = \\"UnglueSole\\"');
    expect(retired).toEqual([glue, unglue]);
    expect(hash).toBe(mending().hash);
  });
});

describe("a compensation", () => {
  it("that comes, goes or is another one makes another version: each run is taken back as its own says", () => {
    const resew = { ...unsew, name: "Resew" } as unknown as typeof unsew;
    const hashes = [mending(), mending({}, unsew), mending({}, resew)].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(3);
  });
});

describe("a build is refused", () => {
  const building = (options: MachineOptions<typeof contract>, compensate?: typeof unsew) =>
    expect(() => mending(options, compensate));
  const there = (name: string) =>
    `Machine "mend-shoes": "${name}" is named as retired, but the machine has a step of that name: `;
  const same = (name: string) => `${there(name)}leave it out, or rename`;
  const other = (name: string) => `${there(name)}rename`;

  it("for a retired step that the machine has still, also as another step, or as a compensation", () => {
    building({ retired: [sew] }).toThrow(same("SewSole"));
    building({ retired: [defineStep({ ...work, name: "SewSole" })] }).toThrow(same("SewSole"));
    building({ retiredCompensations: [defineStep({ ...unglue, name: "SewSole" })] }).toThrow(
      other("SewSole"),
    );
    // Left out, no run of before could call it: its own machine may not.
    building({ retired: [unsew] }, unsew).toThrow(other("UnsewSole"));
    building({ retiredCompensations: [unsew] }, unsew).toThrow(same("UnsewSole"));
  });

  it("for a step that is retired twice", () => {
    const twice = (name: string) => `Machine "mend-shoes": the retired step "${name}" is named twice.`;
    building({ retired: [glue, glue] }).toThrow(twice("GlueSole"));
    building({ retiredCompensations: [unglue, defineStep({ ...unglue })] }).toThrow(twice("UnglueSole"));
    building({ retired: [unglue], retiredCompensations: [unglue] }).toThrow(twice("UnglueSole"));
  });
});
