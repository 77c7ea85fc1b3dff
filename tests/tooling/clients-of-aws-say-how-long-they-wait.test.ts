import { expect, it } from "vitest";
import { houseRules } from "./lint.js";

const file = "packages/functions/src/a.ts";
const from = `import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";\n`;
const aliased = `import { SFNClient as Machines } from "@aws-sdk/client-sfn";\n`;

it.each([
  `${from}export const sfn = new SFNClient();`,
  `${from}export const sfn = new SFNClient({});`,
  `${aliased}export const sfn = new Machines({ region: "eu-west-1" });`,
  `${from}const client = { maxAttempts: 2 };\nexport const sfn = new SFNClient({ ...client, region: "eu-west-1" });`,
  `${from}export const made = (client: object) => new SFNClient(client);`,
])("a client that says nothing is refused: %s", async (code) => {
  expect(await houseRules(file, code)).toEqual([
    expect.stringMatching(/^longhaul\/aws-clients: A client of AWS says how long it waits/),
  ]);
});

it.each([
  [file, `${from}export const sfn = new SFNClient({ requestHandler: awsCalls });`],
  [
    file,
    `${from}const client = { requestHandler: awsCalls } as const;\nexport const sfn = new SFNClient({ ...client, region: "x" });`,
  ],
  [file, `${from}export const command = new StartExecutionCommand({});`],
  [file, `import { QueryClient } from "@tanstack/react-query";\nexport const queries = new QueryClient();`],
  ["tests/aws/a.test.ts", `${from}export const sfn = new SFNClient({});`],
])("%s may have %s", async (place, code) => {
  expect(await houseRules(place, code)).toEqual([]);
});
