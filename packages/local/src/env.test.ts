import { expect, it } from "vitest";
import { readEnvironment } from "./env.js";
import { StartError } from "./postgres/start-error.js";

it("says to the person at the keyboard which variables are wrong", () => {
  const read = () => readEnvironment({ LONGHAUL_AWS_PORT: "70000", SIMULATION: "yes" });
  expect(read).toThrow(StartError);
  expect(read).toThrow(/LONGHAUL_AWS_PORT: .*; SIMULATION: /);
  expect(readEnvironment({}).LONGHAUL_AWS_PORT).toBe(4566);
});
