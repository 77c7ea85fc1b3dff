import { expect, it } from "vitest";
import { readHousekeepingEnvironment, readStepEnvironment } from "./env.js";

const step = { DATABASE_URL: "postgres://a@b/c", LONGHAUL_STEP: "data-import/ProcessData" };

it("has SIMULATION off and no storage unless told", () => {
  const read = readStepEnvironment(step);
  expect(read.SIMULATION).toBe("off");
  expect(read.SUPABASE_SERVICE_ROLE_KEY).toBeUndefined();
});

it("refuses SIMULATION in production", () => {
  expect(readStepEnvironment({ ...step, SIMULATION: "on" }).SIMULATION).toBe("on");
  expect(() => readStepEnvironment({ ...step, SIMULATION: "on", NODE_ENV: "production" })).toThrow(
    "SIMULATION must be off in production",
  );
});

it("names what is wrong and keeps values to itself", () => {
  const wrong = { ...step, DATABASE_URL: "mysql://user:s3cret@host", LONGHAUL_STEP: "../x" };
  expect(() => readStepEnvironment(wrong)).toThrow(
    /DATABASE_URL must begin with postgres:\/\/; LONGHAUL_STEP/,
  );
  expect(() => readStepEnvironment(wrong)).not.toThrow(/s3cret/);
});

it.each(["{", "[]", '{"data-import":1}', undefined])("refuses %s as STATE_MACHINES", (STATE_MACHINES) => {
  expect(() => readHousekeepingEnvironment({ ...step, STATE_MACHINES })).toThrow("STATE_MACHINES");
});
