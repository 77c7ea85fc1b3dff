import path from "node:path";
import { expect, it } from "vitest";
import { compile } from "../tooling/compile.js";
import { root } from "../tooling/repository.js";

const folder = path.join(root, "packages/workflows/src/never-there");
const shared = `
import { defineContract } from "@longhaul/kit";
import { defineMachine } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";

const contract = defineContract({
  name: "never-there",
  title: "Never there",
  description: "For the compiler.",
  input: z.object({ names: z.array(z.string()) }),
  output: z.object({ greetings: z.array(z.string()) }),
  stages: { greet: { label: "Greeting", weight: 1 } },
  runName: () => "Never",
});
const greet = defineStep({
  name: "GreetPerson",
  stage: "greet",
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string() }),
  timeoutSeconds: 10,
});
`;

const right = `
export const machine = defineMachine(contract, (flow) =>
  flow
    .map("Greetings", {
      items: ({ input }) => input.names,
      item: (each) => each.step(greet, ({ item }) => ({ name: item })).yield(({ greetPerson }) => greetPerson.text),
    })
    .succeed("Greeted", ({ greetings }) => ({ greetings })),
);
`;

/** What is changed in the right machine, and what the compiler says of it. */
const wrong: Record<string, [from: string, to: string, said: RegExp]> = {
  "a-field-that-is-not-there": ["input.names", "input.nmaes", /'nmaes' does not exist/],
  "an-input-that-does-not-fit": [
    "{ name: item }",
    "{ name: 7 }",
    /'number' is not assignable to type '.*string/,
  ],
  "an-item-without-a-result": [".yield(({ greetPerson }) => greetPerson.text)", "", /'Yielded<unknown>'/],
  "a-result-that-is-not-the-contract's": [
    "=> ({ greetings })",
    "=> ({ greetings: 7 })",
    /'number' is not assignable/,
  ],
  "a-machine-without-an-end": [
    `.succeed("Greeted", ({ greetings }) => ({ greetings }))`,
    "",
    /is missing in type 'Flow<|is not assignable to type 'Ended'/,
  ],
};

it("takes the right machine, and refuses each wrong one where it is wrong", { timeout: 180_000 }, () => {
  const files = new Map([[path.join(folder, "right.ts"), shared + right]]);
  for (const [name, [from, to]] of Object.entries(wrong)) {
    expect(right).toContain(from);
    files.set(path.join(folder, `${name}.ts`), shared + right.replace(from, to));
  }
  const said = compile(files);
  const about = (name: string) => said.filter((line) => line.includes(`/${name}.ts: `)).join("\n");
  expect(about("right")).toBe("");
  for (const [name, [, , sentence]] of Object.entries(wrong)) expect(about(name)).toMatch(sentence);
});
