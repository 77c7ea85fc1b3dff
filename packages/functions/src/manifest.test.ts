import { defineContract } from "@longhaul/kit";
import { defineMachine, stepFunctionName } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { handlers } from "@longhaul/workflows/handlers";
import { machines } from "@longhaul/workflows/machines";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { findImplementation, stepOfFunction } from "./implementation.js";
import {
  eventSources,
  functions,
  functionsOf,
  queues,
  rules,
  stateMachines,
  stateMachinesOf,
  topics,
} from "./manifest.js";

const stepNames = functions.flatMap(({ environment }) => environment["LONGHAUL_STEP"] ?? []);

describe("the manifest", () => {
  it("has a function for each step of each machine, retired ones included, and for each handler", () => {
    const ofMachines = Object.values(machines).flatMap(({ name, steps, retired }) =>
      [...steps, ...retired].map((step) => `${name}/${step.name}`),
    );
    const ofHandlers = Object.entries(handlers).flatMap(([name, steps]) =>
      Object.keys(steps).map((step) => `${name}/${step}`),
    );
    expect(stepNames.toSorted()).toEqual(ofMachines.toSorted());
    expect(ofHandlers.toSorted()).toEqual(ofMachines.toSorted());
  });

  it("names functions as Lambda lets them be named, each once", () => {
    const names = functions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9-]{1,64}$/);
  });

  it("lets rules start only functions that there are, and no step sign in as the dispatcher", () => {
    const names = functions.map(({ name }) => name);
    for (const { target } of rules) expect(names).toContain(target);
    for (const { environment, databaseRole } of functions) {
      expect(databaseRole).toBe(environment["LONGHAUL_STEP"] ? "worker" : "dispatcher");
    }
  });

  it("gives an exclusive step, and what is reserved for one at a time, an instance for each invocation", () => {
    const concurrencyOf = (wanted: string) => functions.find(({ name }) => name === wanted)?.concurrency;
    for (const { name, steps } of Object.values(machines)) {
      for (const step of steps) {
        const concurrency = concurrencyOf(stepFunctionName(name, step.name)) ?? 0;
        expect(concurrency === 1).toBe(step.exclusive);
      }
    }
    expect(concurrencyOf("longhaul-data-import-ProcessData")).toBe(1);
    expect(concurrencyOf("longhaul-data-import-SendNotification")).toBeGreaterThan(1);
    for (const { reservedConcurrency, concurrency } of functions)
      if (reservedConcurrency === 1) expect(concurrency).toBe(1);
  });

  it("lets steps share an instance unless they are exclusive, and nothing else", () => {
    for (const { environment, concurrency, host } of functions)
      expect(host).toBe(environment["LONGHAUL_STEP"] && concurrency > 1 ? "longhaul-steps" : null);
  });

  it("names a step's function so that the step is known by it", () => {
    for (const { name, environment } of functions) {
      const step = environment["LONGHAUL_STEP"];
      if (step !== undefined) expect(stepOfFunction(name)).toBe(step);
    }
    expect(() => stepOfFunction("status-changed")).toThrow('"status-changed" is not the function of a step.');
  });

  it("lets queues start only functions that there are, with room for their concurrency and time", () => {
    const queueNames = queues.flatMap(({ name, deadLetters }) => [name, deadLetters]);
    expect(eventSources.map(({ queue }) => queue).toSorted()).toEqual(queueNames.toSorted());
    for (const { subscription } of queues)
      expect(topics.map(({ name }) => name)).toContain(subscription.topic);
    for (const target of new Set(eventSources.map((source) => source.target))) {
      const spec = functions.find(({ name }) => name === target);
      const sources = eventSources.filter((source) => source.target === target);
      const concurrency = sources.reduce((sum, { maxConcurrency }) => sum + maxConcurrency, 0);
      expect(spec?.reservedConcurrency ?? concurrency).toBeGreaterThanOrEqual(concurrency);
      for (const { visibilityTimeoutSeconds } of queues)
        expect(visibilityTimeoutSeconds).toBeGreaterThanOrEqual(6 * (spec?.timeoutSeconds ?? Infinity));
    }
  });

  it("puts the ARN of a function that there is into every Task", () => {
    for (const { definition } of stateMachines) {
      const asked: string[] = [];
      const text = definition((name) => {
        asked.push(name);
        return `arn:of:${name}`;
      });
      expect(text).not.toContain("${");
      for (const name of asked) expect(text).toContain(`"arn:of:${name}"`);
      for (const name of asked) expect(functions.map((spec) => spec.name)).toContain(name);
    }
  });
});

describe("a machine that has retired steps", () => {
  const common = { timeoutSeconds: 30, input: z.unknown(), output: z.object({}) };
  const contract = defineContract({
    ...{ name: "wash-up", title: "Wash up", description: "The dishes.", runName: () => "Dishes" },
    ...{ input: z.object({}), output: z.object({}), stages: { work: { label: "Washing", weight: 1 } } },
  });
  const wash = defineStep({ ...common, stage: "work", name: "Wash" });
  const wipe = defineStep({ ...common, stage: "gone", name: "Wipe", memoryMb: 1024, exclusive: true });
  const soil = defineStep({ ...common, stage: "gone", name: "Soil", permissions: ["storage"] });
  const machine = defineMachine(
    contract,
    (flow) => flow.step(wash, () => null).succeed("Washed", () => ({})),
    { retired: [wipe], retiredCompensations: [soil] },
  );

  it("has functions for them, as they were", () => {
    expect(functionsOf(machine)).toMatchObject([
      { name: "longhaul-wash-up-Wash", memoryMb: 512 },
      {
        ...{ name: "longhaul-wash-up-Wipe", memoryMb: 1024, concurrency: 1, databaseRole: "worker" },
        environment: { LONGHAUL_STEP: "wash-up/Wipe" },
      },
      { name: "longhaul-wash-up-Soil", permissions: ["storage"] },
    ]);
  });

  it("names those that its text does not call, and calls the compensations from the text that undoes", () => {
    const called = stateMachinesOf(machine).map(({ name, retired, definition }) => {
      const asked: string[] = [];
      definition((one) => `arn:${asked.push(one)}`);
      return { name, retired, asked };
    });
    expect(called).toEqual([
      { name: "longhaul-wash-up", retired: ["longhaul-wash-up-Wipe"], asked: ["longhaul-wash-up-Wash"] },
      {
        ...{ name: "longhaul-wash-up-undo", retired: [] },
        asked: ["longhaul-compensations", "longhaul-wash-up-Soil"],
      },
    ]);
  });
});

describe("findImplementation", () => {
  it.each(stepNames)("loads the handler of %s", async (name) => {
    const { step } = await findImplementation(name);
    expect(step.name).toBe(name.split("/")[1]);
  });

  it.each(["data-import/Nothing", "nothing/ProcessData", "constructor/name", "data-import/constructor", ""])(
    "has none for %j",
    async (name) => {
      await expect(findImplementation(name)).rejects.toThrow(
        "has no handler: name it in packages/workflows/src/handlers.ts",
      );
    },
  );
});
