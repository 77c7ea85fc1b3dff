import { describe, expect, it } from "vitest";
import { houseRules } from "./lint.js";

const spellings = [
  `const url = process.env.DATABASE_URL;`,
  `const url = process["env"]["DATABASE_URL"];`,
  `const url = globalThis.process.env.DATABASE_URL;`,
  `const { env } = process;`,
  `import { env } from "node:process";`,
];

describe("the environment", () => {
  it.each(spellings)("is refused outside env.ts: %s", async (code) => {
    expect(await houseRules("apps/api/src/server.ts", code)).toEqual([
      expect.stringMatching(/^longhaul\/environment: The environment is read only in an env\.ts/),
    ]);
  });

  it.each(["apps/api/src/env.ts", "apps/web/vite.config.ts", "tooling/start.mjs"])(
    "is read in %s",
    async (file) => {
      expect(await houseRules(file, spellings[0]!)).toEqual([]);
    },
  );
});

describe("a rule that is switched off", () => {
  const code = (comment: string) => `// ${comment}\nconsole.log(1);`;

  it("needs its reason", async () => {
    const messages = await houseRules("packages/db/src/a.ts", code("eslint-disable-next-line no-console"));
    expect(messages).toEqual([expect.stringMatching(/Say why the rule is off/)]);
  });

  it("passes with one", async () => {
    const comment = "eslint-disable-next-line no-console -- the logger itself writes here";
    expect(await houseRules("packages/db/src/a.ts", code(comment))).toEqual([]);
  });
});
