/** "sort-photos" as "Sort photos". */
function titleOf(name) {
  const words = name.replaceAll("-", " ");
  return words[0].toUpperCase() + words.slice(1);
}

function pascal(camel) {
  return camel[0].toUpperCase() + camel.slice(1);
}

const contract = (
  name,
  camel,
) => `import { type ContractInput, type ContractOutput, defineContract } from "@longhaul/kit";
import { z } from "zod";

export const ${camel} = defineContract({
  name: "${name}",
  title: "${titleOf(name)}",
  description: "Says how long a text is.",
  input: z.strictObject({
    text: z
      .string()
      .trim()
      .min(1, "Write something.")
      .max(2_000, "Keep it under 2,000 characters.")
      .meta({ title: "Text", description: "What is to be measured.", examples: ["Good morning"] }),
  }),
  output: z.object({ characters: z.number().int(), summary: z.string().max(200) }),
  stages: { work: { label: "Reading your text", weight: 1 } },
  runName: ({ text }) => text.slice(0, 40),
});

export type ${pascal(camel)}Input = ContractInput<typeof ${camel}>;
export type ${pascal(camel)}Output = ContractOutput<typeof ${camel}>;
`;

const step = () => `import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";

export const doTheWork = defineStep({
  name: "DoTheWork",
  stage: "work",
  input: z.object({ text: z.string() }),
  output: z.object({ characters: z.number().int(), summary: z.string().max(200) }),
  timeoutSeconds: 30,
});
`;

const handler = () => `import { FatalError, implement } from "@longhaul/kit/step";
import { doTheWork } from "./do-the-work.js";

export default implement(doTheWork, async ({ text }, ctx) => {
  ctx.signal.throwIfAborted();
  const characters = [...text].length;
  if (characters === 0) throw new FatalError("There is nothing to read.", { code: "TEXT_EMPTY" });
  ctx.progress(1, \`\${characters} characters\`);
  ctx.log.info("The text was read.", { characters });
  return { characters, summary: \`The text has \${characters} characters.\` };
});
`;

const machine = (camel) => `import { defineMachine } from "@longhaul/kit/machine";
import { ${camel} } from "./contract.js";
import { doTheWork } from "./steps/do-the-work.js";

export const ${camel}Machine = defineMachine(
  ${camel},
  (flow) =>
    flow.step(doTheWork, ({ input }) => ({ text: input.text })).succeed("Done", ({ doTheWork: done }) => done),
  { onFailure: (failed, error) => failed.fail("Failed", error) },
);
`;

const test = (name, camel) => `import { mermaidOf } from "@longhaul/kit/machine";
import { FatalError } from "@longhaul/kit/step";
import { describe, expect, it } from "vitest";
import { memoryContext } from "../testing.js";
import { ${camel} } from "./contract.js";
import { ${camel}Machine } from "./machine.js";
import doTheWork from "./steps/do-the-work.handler.js";

describe("the machine of ${name}", () => {
  it("has the states that people know it by, and nothing that could grow too large", () => {
    const { States, StartAt } = ${camel}Machine.definition((step) => \`arn:\${step}\`);
    expect(StartAt).toBe("DoTheWork");
    expect(Object.keys(States)).toEqual(["DoTheWork", "Done", "Failed"]);
    expect(${camel}Machine.warnings).toEqual([]);
  });

  it("is drawn in the README as it is", async () => {
    const { readFile } = await import("node:fs/promises");
    const page = await readFile(new URL("README.md", import.meta.url), "utf8");
    expect(page).toContain(mermaidOf(${camel}Machine.graph));
  });
});

describe("DoTheWork", () => {
  it("gives what the contract promises", async () => {
    const { ctx, progress } = memoryContext();
    const result = await doTheWork.run({ text: "Grüße 🌍" }, ctx);
    expect(${camel}.output.parse(result)).toEqual({
      characters: 7,
      summary: "The text has 7 characters.",
    });
    expect(progress).toEqual([{ fraction: 1, message: "7 characters" }]);
  });

  it("refuses what it cannot do, for good", async () => {
    await expect(doTheWork.run({ text: "" }, memoryContext().ctx)).rejects.toThrow(FatalError);
  });
});

describe("the input", () => {
  it("is checked with sentences for a person", () => {
    expect(${camel}.input.parse({ text: " Hello " })).toEqual({ text: "Hello" });
    expect(${camel}.input.safeParse({ text: " " }).error?.issues[0]?.message).toBe("Write something.");
  });
});
`;

const readme = (name) => `# ${name}

Says how long a text is. Replace this by what it does, and \`pnpm workflow graph ${name}\` gives the drawing.

\`\`\`mermaid
stateDiagram-v2
  [*] --> DoTheWork
  DoTheWork --> Done
  DoTheWork --> Failed: fails
  Done --> [*]
  Failed --> [*]
\`\`\`

| stage | step      | what a person reads |
| ----- | --------- | ------------------- |
| work  | DoTheWork | Reading your text   |
`;

/**
 * The files of a new workflow, by their paths in its folder: one step from a form to a result, with its
 * test. The words are there to be replaced.
 */
export function filesOf(name, camel) {
  return {
    "contract.ts": contract(name, camel),
    "steps/do-the-work.ts": step(),
    "steps/do-the-work.handler.ts": handler(),
    "machine.ts": machine(camel),
    "machine.test.ts": test(name, camel),
    "README.md": readme(name),
  };
}
