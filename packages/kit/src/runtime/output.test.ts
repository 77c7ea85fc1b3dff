import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkedOutput } from "./output.js";

function circle(): object {
  const lines: object[] = [];
  lines.push({ at: 1, of: lines });
  return { note: "x", lines };
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

const checked = (value: unknown, output: z.ZodType = z.unknown()) =>
  checkedOutput({ name: "CountWords", output }, value);

describe("a step's output", () => {
  it("may have fields that are undefined, as the compiler lets it: JSON leaves them out", () => {
    const output = z.object({ words: z.number(), note: z.string().optional() });
    expect(checked({ words: 2, note: undefined }, output)).toStrictEqual({ output: { words: 2 } });
    expect(checked([{ deep: { a: 1, b: undefined } }])).toStrictEqual({ output: [{ deep: { a: 1 } }] });
    expect(checked(undefined, z.undefined())).toStrictEqual({ output: null });
  });

  it.each<[unknown, string]>([
    [{ lines: [{ at: 1 }, { at: new Date() }] }, '"lines[1].at" is a Date'],
    [{ total: 5n }, '"total" is a bigint'],
    [{ by: new Map() }, '"by" is a Map'],
    [{ share: Number.NaN }, '"share" is NaN'],
    [{ share: -Infinity }, '"share" is -Infinity'],
    [{ list: [1, undefined] }, '"list[1]" is undefined'],
    [{ none: undefined, call: () => 1 }, '"call" is a function'],
    [new Set(), "it is a Set"],
    [{ lines: [{ by: new (class Author {})() }] }, '"lines[0].by" is a Author'],
    [Object.create(Object.create(null) as object), "it is a class instance"],
    // eslint-disable-next-line no-sparse-arrays -- a hole is what is tested
    [{ list: [1, , 3] }, '"list[1]" is undefined'],
    [circle(), '"lines[0].of" leads back to "lines"'],
    [nested(1_002), "levels deep"],
  ])("is refused with the place and the kind of what JSON has not (%#)", (value, unlike) => {
    const cause = expect.stringContaining(
      `${unlike}, which JSON has not: hand on text, numbers, lists or objects.`,
    );
    expect(checked(value)).toMatchObject({
      failed: { kind: "fatal", error: { code: "STEP_OUTPUT_INVALID", step: "CountWords", cause } },
    });
  });

  it("that leads back to itself is named also where the schema follows it", () => {
    const tree = z.object({ name: z.string(), children: z.array(z.lazy((): z.ZodType => tree)) });
    const root = { name: "root", children: [] as unknown[] };
    root.children.push({ name: "leaf", children: [root] });
    expect(checked(root, tree)).toMatchObject({
      failed: {
        kind: "fatal",
        error: { cause: expect.stringContaining('"children[0].children[0]" leads back to it,') },
      },
    });
  });

  it("whose schema throws is refused, as is one that asks for a promise: trying again changes neither", () => {
    const invalid = { failed: { kind: "fatal", error: { code: "STEP_OUTPUT_INVALID" } } };
    expect(
      checked(
        "x",
        z.string().refine(async () => true),
      ),
    ).toMatchObject(invalid);
    const broken = z.string().refine(() => {
      throw new TypeError("Cannot read properties of undefined");
    });
    expect(checked("x", broken)).toMatchObject(invalid);
  });

  it("may name one thing twice", () => {
    const line = { at: 1 };
    expect(checked({ first: line, lines: [line, line] })).toStrictEqual({
      output: { first: line, lines: [line, line] },
    });
  });
});
