import { expect, test } from "vitest";
import { readEnvironment } from "./env.js";

const complete = {
  DATABASE_URL: "postgres://longhaul_api@localhost/postgres",
  SUPABASE_URL: "http://127.0.0.1:54321/",
  SUPABASE_ANON_KEY: "anon",
  SUPABASE_SERVICE_ROLE_KEY: "service",
  AWS_REGION: "us-east-1",
  STATE_MACHINES:
    '{"data-import":"arn:aws:states:us-east-1:000000000000:stateMachine:longhaul-data-import:1"}',
};

test("a complete environment is read, with the defaults of what may be left out", () => {
  expect(
    readEnvironment({ ...complete, ALLOWED_ORIGINS: "https://a.example, https://b.example," }),
  ).toMatchObject({
    SUPABASE_URL: "http://127.0.0.1:54321",
    STATE_MACHINES: { "data-import": expect.stringMatching(/^arn:/) },
    SIMULATION: "off",
    PORT: 3000,
    DATABASE_CONNECTIONS: 10,
    HOST: "127.0.0.1",
    ALLOWED_ORIGINS: ["https://a.example", "https://b.example"],
  });
});

test.each([
  ["DATABASE_URL", "mysql://x"],
  ["SUPABASE_URL", "ftp://x"],
  ["SUPABASE_ANON_KEY", ""],
  ["STATE_MACHINES", "{"],
  ["STATE_MACHINES", '{"data-import":"not an arn"}'],
  ["PORT", "99999"],
  ["DATABASE_CONNECTIONS", "0"],
  ["SIMULATION", "yes"],
])("%s=%s is refused by name", (name, value) => {
  expect(() => readEnvironment({ ...complete, [name]: value })).toThrow(name);
});

test("everything that is missing is named at once, and no value is shown", () => {
  const read = () => readEnvironment({ DATABASE_URL: "secret-value" });
  expect(read).toThrow("SUPABASE_URL: is not set");
  expect(read).toThrow(/DATABASE_URL[\s\S]*SUPABASE_URL[\s\S]*AWS_REGION[\s\S]*STATE_MACHINES/);
  expect(read).not.toThrow(/secret-value/);
});

test("production does not start with simulation on", () => {
  expect(() => readEnvironment({ ...complete, NODE_ENV: "production", SIMULATION: "on" })).toThrow(
    "SIMULATION: must be off in production",
  );
  expect(readEnvironment({ ...complete, SIMULATION: "on" }).SIMULATION).toBe("on");
});

test("production says how its connection to another computer's database is encrypted", () => {
  const hosted = { ...complete, DATABASE_URL: "postgres://longhaul_api.abc:s3cret@db.example.com/postgres" };
  expect(readEnvironment(hosted).NODE_ENV).toBe("development");
  const read = () => readEnvironment({ ...hosted, NODE_ENV: "production" });
  expect(read).toThrow("DATABASE_URL: must end with ?sslmode=require");
  expect(read).not.toThrow(/s3cret/);
  for (const mode of ["require", "disable"]) {
    const DATABASE_URL = `${hosted.DATABASE_URL}?sslmode=${mode}`;
    expect(readEnvironment({ ...hosted, NODE_ENV: "production", DATABASE_URL }).NODE_ENV).toBe("production");
  }
});
