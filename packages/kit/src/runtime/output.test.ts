import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkedOutput } from "./output.js";

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
  ])("is refused with the place and the kind of what JSON has not (%#)", (value, unlike) => {
    const cause = `${unlike}, which JSON has not: hand on text, numbers, lists or objects.`;
    expect(checked(value)).toMatchObject({
      failed: { kind: "fatal", error: { code: "STEP_OUTPUT_INVALID", step: "CountWords", cause } },
    });
  });
});
