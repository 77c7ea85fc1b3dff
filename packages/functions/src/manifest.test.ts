import { stepFunctionName } from "@longhaul/kit/machine";
import { handlers } from "@longhaul/workflows/handlers";
import { machines } from "@longhaul/workflows/machines";
import { describe, expect, it } from "vitest";
import { findImplementation, stepOfFunction } from "./implementation.js";
import { eventSources, functions, queues, rules, stateMachines, topics } from "./manifest.js";

const stepNames = functions.flatMap(({ environment }) => environment["LONGHAUL_STEP"] ?? []);

describe("the manifest", () => {
  it("has a function for each step of each machine, and for each handler", () => {
    const ofMachines = Object.values(machines).flatMap(({ name, steps }) =>
      steps.map((step) => `${name}/${step.name}`),
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

describe("findImplementation", () => {
  it.each(stepNames)("loads the handler of %s", async (name) => {
    const { step } = await findImplementation(name);
    expect(step.name).toBe(name.split("/")[1]);
  });

  it.each(["data-import/Nothing", "nothing/ProcessData", "constructor/name", "data-import/constructor", ""])(
    "has none for %j",
    async (name) => {
      await expect(findImplementation(name)).rejects.toThrow("There is no step");
    },
  );
});
