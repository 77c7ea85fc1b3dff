import { describe, expect, it } from "vitest";
import { read, trackedFiles } from "./repository.js";

const example = read(".env.example").split("\n");
const explained = example.flatMap((line) => /^#([A-Z][A-Z0-9_]*)=/.exec(line)?.[1] ?? []);

/** Variables that are the AWS SDK's own to read. */
const ofTheSdk = ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/** The keys of the schemas with which an env.ts parses the environment, and what it reads without one. */
const variablesOf = (source: string) =>
  [...source.matchAll(/^\s+([A-Z][A-Z0-9_]+):|process\.env\["([A-Z0-9_]+)"\]/gm)].map(
    (match) => (match[1] ?? match[2])!,
  );

/** Variables that Lambda itself gives a function. */
const ofLambda = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_XRAY_DAEMON_ADDRESS"];

/** Variables that every process has from its system. */
const ofTheSystem = ["PATH", "TMPDIR"];

/** The variables of connections, which several processes read with their own. */
const shared = "packages/connections/src/settings.ts";

const readers = trackedFiles().filter(
  (file) => file === shared || /(^|\/)(env\.(ts|mjs)|vite\.config\.ts)$/.test(file),
);
const variables = new Map(readers.map((file) => [file, variablesOf(read(file))]));

describe(".env.example", () => {
  it("is checked against the files that read the environment", () => {
    expect(readers).toContain("apps/api/src/env.ts");
    // Not those whose variables stand elsewhere: with connections, and where a test gives its process what it was told.
    const elsewhere = /connectionVariables|Object\.assign\(process\.env, environment\)/;
    for (const [file, names] of variables)
      if (!elsewhere.test(read(file))) expect(names, file).not.toEqual([]);
  });

  it.each(readers)("explains what %s reads", (file) => {
    expect([...explained, ...ofLambda, ...ofTheSystem]).toEqual(expect.arrayContaining(variables.get(file)!));
  });

  it("explains nothing that no process reads, and nothing twice", () => {
    const known = [...ofTheSdk, ...[...variables.values()].flat()];
    expect(explained.filter((name) => !known.includes(name))).toEqual([]);
    expect(new Set(explained).size).toBe(explained.length);
  });

  it("changes nothing when it is copied as it is", () => {
    expect(example.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
  });

  it("holds no secret", () => {
    const secrets = example.filter((line) => /^#(?!\w+_URL=)[A-Z_]*(KEY|SECRET|TOKEN)[A-Z_]*=/.test(line));
    expect(secrets.length).toBeGreaterThan(0);
    for (const line of secrets) expect(line).toMatch(/=$/);
  });
});
