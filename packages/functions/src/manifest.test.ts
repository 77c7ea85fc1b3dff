import { handlers } from "@longhaul/workflows/handlers";
import { machines } from "@longhaul/workflows/machines";
import { describe, expect, it } from "vitest";
import { findImplementation } from "./implementation.js";
import { functions, rules, stateMachines } from "./manifest.js";

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

  it("puts the ARN of a function that there is into every Task", () => {
    const asked: string[] = [];
    for (const { definition } of stateMachines) {
      const text = definition((name) => {
        asked.push(name);
        return `arn:of:${name}`;
      });
      expect(text).not.toContain("${");
      for (const name of asked) expect(text).toContain(`"arn:of:${name}"`);
    }
    for (const name of asked) expect(functions.map((spec) => spec.name)).toContain(name);
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
