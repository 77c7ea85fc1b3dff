import { describe, expect, it } from "vitest";
import { rooms } from "../../tooling/boundaries.js";
import { houseRules } from "./lint.js";

/** Where the file stands, what it imports, and a part of the reason that the error must give. */
const refused: [file: string, code: string, reason: RegExp][] = [
  ["packages/kit/src/a.ts", `import { connect } from "@longhaul/db";`, /stands on zod alone/],
  ["packages/kit/src/a.ts", `import postgres from "postgres";`, /stands on zod alone/],
  ["packages/kit/src/a.ts", `export * from "pino";`, /stands on zod alone/],
  ["packages/stepfunctions/src/a.ts", `import { isFinal } from "@longhaul/kit";`, /stands alone/],
  ["packages/auth/src/a.ts", `import type { Role } from "@longhaul/kit";`, /nothing else of the house/],
  [
    "packages/db/src/a.ts",
    `import { contracts } from "@longhaul/workflows/contracts";`,
    /above the database/,
  ],
  [
    "packages/workflows/src/a.ts",
    `import { connect } from "@longhaul/db";`,
    /written against the kit's ports/,
  ],
  [
    "packages/runs/src/a.ts",
    `import { handlers } from "@longhaul/workflows/handlers";`,
    /only its parts that are data/,
  ],
  [
    "packages/functions/src/a.ts",
    `import { appRouter } from "@longhaul/api";`,
    /neither a laptop nor the API/,
  ],
  ["apps/api/src/a.ts", `await import("@longhaul/workflows/handlers");`, /never loads their handlers/],
  ["packages/client/src/a.ts", `import { appRouter } from "@longhaul/api";`, /only with `import type`/],
  ["packages/client/src/a.ts", `import { connect } from "@longhaul/db";`, /no server code/],
  ["packages/client/src/a.ts", `import { readFile } from "node:fs/promises";`, /wherever there is fetch/],
  ["packages/client/src/a.ts", `import { useState } from "react";`, /what React has in its hooks/],
  ["apps/web/src/a.tsx", `import { appRouter } from "@longhaul/api";`, /only with `import type`/],
  ["apps/web/src/a.tsx", `import { type AppRouter } from "@longhaul/api";`, /only with `import type`/],
  [
    "apps/web/src/a.tsx",
    `import { machines } from "@longhaul/workflows/machines";`,
    /travel to every browser/,
  ],
  [
    "apps/web/src/a.tsx",
    `import { stepHandler } from "@longhaul/kit/runtime";`,
    /only its parts that are data/,
  ],
  ["apps/web/src/a.tsx", `import { connect } from "@longhaul/db";`, /travel to every browser/],
  ["packages/local/src/a.ts", `import { start } from "@longhaul/runs";`, /same doors as AWS and Supabase/],
  ["infra/src/a.ts", `import { startCloud } from "@longhaul/local";`, /nothing that is deployed may know it/],
  [
    "apps/api/src/a.ts",
    `import { startCloud } from "@longhaul/local";`,
    /nothing that is deployed may know it/,
  ],
  [
    "packages/functions/src/a.ts",
    `const m = import.meta.resolve("@longhaul/local");`,
    /nothing that is deployed/,
  ],
  ["packages/runs/src/a.ts", `type C = import("@longhaul/local").Cloud;`, /nothing that is deployed/],
  ["packages/db/src/a.test.ts", `import { seed } from "@longhaul/tests";`, /end of the line/],
  ["tests/db/a.test.ts", `import { measure } from "@longhaul/bench";`, /end of the line/],
  ["packages/runs/src/a.ts", `import { sql } from "../../db/src/sql.js";`, /entered through its face/],
  ["packages/runs/src/a.ts", `export { sql } from "../../db/src/sql.js";`, /import "@longhaul\/db" instead/],
  ["tests/db/a.test.ts", `import { sql } from "../../packages/db/src/sql.js";`, /entered through its face/],
  ["packages/db/src/a.ts", `import { connect } from "@longhaul/db";`, /imported by relative path/],
];

const insideWorkflows: [file: string, code: string, reason: RegExp][] = [
  ["x/contract.ts", `import { readFile } from "node:fs/promises";`, /loading it loads nothing else/],
  ["x/contract.ts", `import { machine } from "./machine.js";`, /loading it loads nothing else/],
  [
    "x/contract.ts",
    `import { defineMachine } from "@longhaul/kit/machine";`,
    /loading it loads nothing else/,
  ],
  ["x/result.ts", `import { contract } from "./contract.js";`, /loading it loads nothing else/],
  ["x/machine.ts", `import { randomUUID } from "node:crypto";`, /neither node: modules nor SDKs/],
  ["x/machine.ts", `import { SFNClient } from "@aws-sdk/client-sfn";`, /neither node: modules nor SDKs/],
  ["x/machine.ts", `import run from "./steps/read.handler.js";`, /no handlers/],
  ["x/steps/read.ts", `import run from "./read.handler.js";`, /read by the machine and by CDK/],
  [
    "x/steps/read.ts",
    `import { SESv2Client } from "@aws-sdk/client-sesv2";`,
    /read by the machine and by CDK/,
  ],
  ["x/steps/read.handler.ts", `import send from "./send.handler.js";`, /never calls another step/],
  ["x/steps/read.handler.ts", `import { machine } from "../machine.js";`, /never calls another step/],
  ["contracts.ts", `import { machine } from "./x/machine.js";`, /contracts only/],
  ["machines.ts", `import { handlers } from "./handlers.js";`, /data only/],
];

const allowed: [file: string, code: string][] = [
  ["packages/kit/src/a.ts", `import { z } from "zod"; import { b } from "./b.js";`],
  ["packages/kit/src/a.test.ts", `import { expect } from "vitest"; import { a } from "./a.js";`],
  ["packages/db/src/a.ts", `import type { Run } from "@longhaul/kit"; import postgres from "postgres";`],
  ["packages/runs/src/a.ts", `import { machines } from "@longhaul/workflows/machines";`],
  ["packages/functions/src/a.ts", `import { handlers } from "@longhaul/workflows/handlers";`],
  ["apps/api/src/a.ts", `import { contracts } from "@longhaul/workflows/contracts";`],
  ["packages/client/src/a.ts", `import type { AppRouter } from "@longhaul/api";`],
  ["packages/client/src/react/a.ts", `import { useState } from "react";`],
  ["packages/client/src/cli/a.ts", `import { readFile } from "node:fs/promises";`],
  ["apps/web/src/a.tsx", `import type { AppRouter } from "@longhaul/api";`],
  ["apps/web/src/a.tsx", `import { useRun } from "@longhaul/client/react";`],
  ["apps/web/src/a.tsx", `import { contracts } from "@longhaul/workflows/contracts";`],
  ["packages/local/src/a.ts", `import { openStepFunctions } from "@longhaul/stepfunctions";`],
  ["infra/src/a.ts", `import { functions } from "@longhaul/functions/manifest";`],
  ["infra/src/a.ts", `import { awsCalls } from "@longhaul/kit/step";`],
  ["tests/runs/a.test.ts", `import { startCloud } from "@longhaul/local"; import { b } from "../b.js";`],
  [
    "packages/workflows/src/x/contract.ts",
    `import { z } from "zod"; import { fileField } from "@longhaul/kit";`,
  ],
  [
    "packages/workflows/src/x/machine.ts",
    `import { c } from "./contract.js"; import { s } from "./steps/read.js";`,
  ],
  ["packages/workflows/src/x/steps/read.ts", `import { z } from "zod";`],
  [
    "packages/workflows/src/x/steps/read.handler.ts",
    `import { createHash } from "node:crypto"; import { s } from "./read.js";`,
  ],
];

describe("an import through a wall is an error with its reason", () => {
  it.each([
    ...refused,
    ...insideWorkflows.map(
      ([file, code, reason]) => [`packages/workflows/src/${file}`, code, reason] as const,
    ),
  ])("%s: %s", async (file, code, reason) => {
    const messages = await houseRules(file, code);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/^longhaul\/boundaries: /);
    expect(messages[0]).toMatch(reason);
  });

  const walled = rooms.filter((room) => room.imports !== "all");
  const pairs = walled.flatMap((from) => rooms.filter((to) => to !== from).map((to) => [from, to] as const));
  const forbidden = pairs.filter(([from, to]) => !Object.hasOwn(from.imports as object, to.name));

  it.each(forbidden.map(([from, to]) => [from.name, to.name, from] as const))(
    "%s may not import %s",
    async (_from, to, room) => {
      const messages = await houseRules(`${room.folder}/src/a.ts`, `import { x } from "${to}";`);
      expect(messages).toEqual([expect.stringContaining(room.why)]);
    },
  );
});

describe("an import through a door passes", () => {
  it.each(allowed)("%s: %s", async (file, code) => {
    expect(await houseRules(file, code)).toEqual([]);
  });
});
