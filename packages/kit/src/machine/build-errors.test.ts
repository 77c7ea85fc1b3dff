import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../contract.js";
import { defineStep } from "../step/step.js";
import { defineMachine, eq } from "./index.js";

const contract = defineContract({
  name: "count-sheep",
  title: "Count sheep",
  description: "Until asleep.",
  input: z.object({ sheep: z.number() }),
  output: z.object({ counted: z.number() }),
  stages: { count: { label: "Counting", weight: 1 } },
  runName: () => "Sheep",
});
const count = defineStep({
  name: "CountSheep",
  stage: "count",
  input: z.object({ sheep: z.number(), fence: z.object({ high: z.boolean() }).optional() }),
  output: z.object({ counted: z.number() }),
  timeoutSeconds: 10,
});
const again = defineStep({ ...count, name: "CountAgain" });

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- these flows do what the types forbid
type Loose = any;

// Hands of JavaScript, or of a cast, reach these: TypeScript refuses most of them at compile time.
const building = (build: (flow: Loose) => unknown, options?: object, of: object = contract) =>
  expect(() => defineMachine(of as typeof contract, build as never, options));
const counted = (flow: Loose) => flow.step(count, ({ input }: Loose) => ({ sheep: input.sheep }));
const finish = (flow: Loose) => flow.succeed("Asleep", ({ countSheep }: Loose) => countSheep);

describe("a build is refused, with a sentence,", () => {
  it("without states", () => building(() => undefined).toThrow('Machine "count-sheep": it has no states.'));

  it("without an end", () =>
    building(counted).toThrow('the flow after "CountSheep" (next) has no end: succeed, fail or join it.'));

  it("when a branch is left open beside the flow that goes on", () =>
    building((flow) => {
      counted(flow).choice("Ask", (c: Loose) => {
        c.when(
          () => eq(1 as never, 1),
          (f: Loose) => f,
        );
        return c.otherwise((f: Loose) => finish(f));
      });
    }).toThrow('the flow after "Ask" (when) has no end'));

  it("when two states have one name", () =>
    building((flow) => finish(counted(counted(flow)))).toThrow('there are two states named "CountSheep".'));

  it("when a flow goes on twice", () =>
    building((flow) => {
      const open = counted(flow);
      finish(open);
      open.fail("Awake", { code: "AWAKE", message: "Still awake." });
    }).toThrow('the flow after "CountSheep" goes on twice, to "Asleep" and "Awake".'));

  it("when onFailure cannot be reached", () =>
    building(
      (flow) =>
        finish(
          flow.step(count, ({ input }: Loose) => ({ sheep: input.sheep }), {
            catch: (f: Loose, error: unknown) => f.fail("Awake", error),
          }),
        ),
      { onFailure: (f: Loose, error: unknown) => f.fail("Failed", error) },
    ).toThrow("onFailure is never reached"));

  it("for a stage that the contract does not have", () =>
    building(
      (flow) => finish(counted(flow)),
      {},
      { ...contract, stages: { nap: { label: "Nap", weight: 1 } } },
    ).toThrow('the step "CountSheep" is of the stage "count", which the contract does not have.'));

  it("for a stage without steps", () =>
    building(
      (flow) => finish(counted(flow)),
      {},
      { ...contract, stages: { ...contract.stages, nap: { label: "Nap", weight: 1 } } },
    ).toThrow('the stage "nap" has no step.'));

  it("for a choice without conditions or without otherwise", () => {
    building((flow) =>
      counted(flow).choice("Ask", (c: Loose) => c.otherwise((f: Loose) => finish(f))),
    ).toThrow('the choice "Ask" has no condition.');
    building((flow) =>
      counted(flow).choice("Ask", (c: Loose) =>
        c.when(
          ({ input }: Loose) => eq(input.sheep, 1),
          (f: Loose) => finish(f),
        ),
      ),
    ).toThrow('the choice "Ask" has no otherwise.');
  });

  it("for a condition that is not one", () =>
    building((flow) =>
      counted(flow).choice("Ask", (c: Loose) =>
        c.when(
          () => true,
          (f: Loose) => f,
        ),
      ),
    ).toThrow('a condition of "Ask" was not made with eq'));

  it("for a variable that some way does not set", () => {
    building((flow) => {
      let leaked: Loose;
      return flow
        .step(count, ({ input }: Loose) => ({ sheep: input.sheep }), { catch: (f: Loose) => f })
        .step(again, ({ countSheep }: Loose) => {
          leaked = countSheep;
          return { sheep: leaked.counted };
        })
        .succeed("Asleep", ({ countAgain }: Loose) => countAgain);
    }).toThrow('"CountAgain" reads "countSheep", which is not set on every way to it.');
    building((flow) => counted(flow).succeed("Asleep", ({ typo }: Loose) => typo)).toThrow(
      '"Asleep" reads "typo"',
    );
  });

  it("for a field that a step's input does not know, however deep", () => {
    building((flow) => flow.step(count, () => ({ sheep: 1, shepe: 2 }))).toThrow(
      'the input of "CountSheep" has a field "shepe" that the step does not know.',
    );
    building((flow) => flow.step(count, () => ({ sheep: 1, fence: { high: true, hihg: true } }))).toThrow(
      'has a field "fence.hihg"',
    );
  });

  it("for a field of the output that the contract would leave out, however deep", () => {
    const noted = z.object({ counted: z.number(), notes: z.array(z.object({ by: z.string() })).optional() });
    const asleep = (output: object) =>
      building((flow) => counted(flow).succeed("Asleep", () => output), {}, { ...contract, output: noted });
    asleep({ counted: 1, note: "z" }).toThrow(
      'the output of "Asleep" has a field "note" that the contract does not know.',
    );
    asleep({ counted: 1, notes: [{ by: "me" }, { from: "you" }] }).toThrow('a field "notes[1].from"');
    asleep({ counted: 1, notes: [{ by: "me" }] }).not.toThrow();
  });

  it.each<[object, object, string]>([
    [
      { input: z.object({ when: z.coerce.date().optional() }) },
      {},
      `the contract's input has a date at "when"`,
    ],
    [{ output: z.object({ ids: z.array(z.bigint()) }) }, {}, `the contract's output has a bigint at "ids[]"`],
    [{}, { input: z.object({ at: z.date() }) }, 'the input of "CountSheep" has a date at "at"'],
    [
      {},
      { output: z.map(z.string(), z.string()) },
      'the output of "CountSheep" has a map, which JSON has not',
    ],
    [{}, { output: z.iso.date().transform(Number).pipe(z.coerce.date()) }, '"CountSheep" has a date'],
    [{}, { output: z.record(z.string(), z.union([z.string(), z.set(z.string())])) }, 'has a set at "{}"'],
    [{ input: z.object({ when: z.tuple([z.string(), z.date()]) }) }, {}, `input has a date at "when[1]"`],
    [{ output: z.tuple([z.string()], z.bigint()) }, {}, `output has a bigint at "[]"`],
    [{}, { input: z.object({}).and(z.object({ at: z.date() })) }, '"CountSheep" has a date at "at"'],
    [{}, { output: z.object({ a: z.string() }).catchall(z.date()) }, '"CountSheep" has a date at "{}"'],
  ])("for a schema of what JSON has not (%#)", (parts, options, sentence) => {
    const step = defineStep({ ...count, ...options });
    building(
      (flow) => flow.step(step, () => 1).fail("Awake", { code: "A", message: "B" }),
      {},
      {
        ...{ ...contract, ...parts },
      },
    ).toThrow(sentence);
  });

  it.each<[string, z.ZodType, string]>([
    [
      "custom",
      z.custom<URL>(),
      'z.instanceof() at "lines[].field", of which a form knows nothing: say what the value is',
    ],
    ["instanceof", z.instanceof(URL).optional(), "a schema of z.custom() or z.instanceof() at"],
    [
      "undefined",
      z.undefined(),
      'has an undefined at "lines[].field", which JSON has not: let the field be .optional().',
    ],
    ["void", z.void(), "has a void at"],
    ["a preprocessed date", z.preprocess((at) => new Date(String(at)), z.date()), "has a date at"],
    [
      "transform",
      z.string().transform((text) => text.split(",")),
      'has a transform at "lines[].field", and a rerun',
    ],
    ["transform alone", z.transform(String), "has a transform at"],
    ["codec", z.stringbool(), "has a codec at"],
    ["map", z.map(z.string(), z.string()), "let it be z.record()."],
    ["set", z.set(z.string()).nullable(), "has a set at"],
    ["bigint", z.coerce.bigint(), "let it be z.int(), or a text of digits."],
    ["bigint of 64 bits", z.int64().default(1n), "has a bigint at"],
    ["literal", z.literal(1n), "has a literal at"],
    ["NaN", z.nan(), "has a NaN at"],
    ["symbol", z.symbol(), "has a symbol at"],
    ["function", z.function(), "has a function at"],
    ["promise", z.promise(z.string()), "has a promise at"],
    ["file", z.file(), "let it be the id of an artifact, which fileField() asks a person for."],
    ["catch", z.string().catch(({ issues }) => String(issues.length)), "has a .catch() that makes its value"],
  ])("for an input that no form can ask for, nor the API describe: %s", (_, field, sentence) => {
    const input = z.object({ lines: z.array(z.object({ field })) });
    const of = { ...contract, input };
    building((flow) => finish(flow.step(count, () => ({ sheep: 1 }))), {}, of).toThrow(
      'Machine "count-sheep": the contract\'s input has a',
    );
    building((flow) => finish(flow.step(count, () => ({ sheep: 1 }))), {}, of).toThrow(sentence);
  });

  it("for an input with two schemas of one id, whose reference would have to choose", () => {
    const input = z.object({ a: z.string().meta({ id: "Twice" }), b: z.number().meta({ id: "Twice" }) });
    building((flow) => finish(flow.step(count, () => ({ sheep: 1 }))), {}, { ...contract, input }).toThrow(
      'Machine "count-sheep": the contract\'s input cannot be shown as a form: Duplicate schema id',
    );
  });

  it("though not for what cleans a text, fills in a default or holds itself", () => {
    const tree = z.object({
      name: z.string().trim().toLowerCase(),
      get children() {
        return z.array(tree);
      },
    });
    const input = z.object({
      tree: tree.optional(),
      size: z.preprocess((given) => (given === "" ? undefined : given), z.number().default(3)),
      tone: z.string().catch("calm"),
      any: z.json().refine(() => true),
    });
    building(
      (flow) => finish(flow.step(count, () => ({ sheep: 1 }))),
      {},
      { ...contract, input },
    ).not.toThrow();
  });

  it("though not for what a step makes of JSON", () => {
    const step = defineStep({
      ...count,
      input: z.object({ at: z.coerce.date(), by: z.string().transform(BigInt) }),
    });
    building((flow) => finish(flow.step(step, () => ({ at: "2026-01-01", by: "5" })))).not.toThrow();
  });

  it("for a selector that gives what JSON cannot hold", () => {
    building((flow) => flow.step(count, () => ({ sheep: Number.NaN }))).toThrow(
      'The input of "CountSheep", field "sheep" is neither a reference nor JSON: NaN.',
    );
    building((flow) => flow.step(count, () => ({ sheep: new Date(0) }))).toThrow("nor JSON: Date.");
  });

  it("for a reference used as if it were the value", () => {
    const refused = (use: (sheep: Loose) => unknown) =>
      building((flow) => flow.step(count, ({ input }: Loose) => ({ sheep: use(input.sheep) }))).toThrow(
        'Machine "count-sheep": the input of "CountSheep" could not be read: A reference',
      );
    building((flow) => counted(flow).succeed("Asleep", ({ input }: Loose) => `${input.sheep}`)).toThrow(
      /the output of "Asleep" .* it stands for a value that is known only while a run is under way/,
    );
    building((flow) =>
      counted(flow).choice("Ask", (c: Loose) => c.when(({ input }: Loose) => input.sheep > 1, finish)),
    ).toThrow('the condition of "Ask" could not be read');
    refused((sheep) => `${sheep}`);
    refused((sheep) => sheep + 1);
    refused((sheep) => ({ ...sheep }));
    refused((sheep) => "wool" in sheep);
    refused((sheep) => Object.assign(sheep, { wool: 1 }));
  });

  it("for names that are not PascalCase, or the builder's own", () => {
    building((flow) => counted(flow).succeed("asleep", () => ({ counted: 1 }))).toThrow("must be PascalCase");
    building((flow) => counted(flow).succeed("Input", () => ({ counted: 1 }))).toThrow(
      'the name "Input" is taken by the builder',
    );
  });

  it("when a step's variable would be another's caught error", () => {
    const clash = defineStep({ ...count, name: "CountSheepError" });
    building((flow) =>
      flow
        .step(count, () => ({ sheep: 1 }), { catch: (f: Loose, error: unknown) => f.fail("Awake", error) })
        .step(clash, () => ({ sheep: 1 }))
        .succeed("Asleep", ({ countSheep }: Loose) => countSheep),
    ).toThrow('the variable "countSheepError" would be both');
  });

  it("for a wait of no time", () =>
    building((flow) => finish(counted(flow).wait("Nap", { seconds: 0 }))).toThrow("must take more than 0"));
});
