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

it("says in production how a connection to another computer's database is encrypted", () => {
  const hosted = {
    ...step,
    NODE_ENV: "production",
    DATABASE_URL: "postgres://w.abc:s3cret@pooler.example.com:6543/p",
  };
  expect(() => readStepEnvironment(hosted)).toThrow("DATABASE_URL must end with ?sslmode=require");
  expect(() => readStepEnvironment(hosted)).not.toThrow(/s3cret/);
  const encrypted = { ...hosted, DATABASE_URL: `${hosted.DATABASE_URL}?sslmode=require` };
  expect(readStepEnvironment(encrypted).DATABASE_URL).toBe(encrypted.DATABASE_URL);
});

it("names one host of a database", () => {
  const several = { ...step, STATE_MACHINES: "{}", DATABASE_URL: "postgres://a@one,two/c?sslmode=require" };
  expect(() => readHousekeepingEnvironment(several)).toThrow("DATABASE_URL names several hosts");
});
