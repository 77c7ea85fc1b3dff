import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearRegExp } from "./regular-expression.js";
import { evaluate as evaluateGiven } from "./testing/evaluate.js";

function evaluate(source: string, input: unknown = null): Promise<unknown> {
  return evaluateGiven(source, { states: { input, context: {} } });
}

describe("JSONata's functions take regular expressions as before", () => {
  test.each([
    ["$contains('the cat', /c[aeiou]t/)", true],
    ["$contains('the CAT', /cat/)", false],
    ["$contains('the CAT', /cat/i)", true],
    ["$contains('a\nb', /^b$/m)", true],
    ["$match('ab12 cd3', /([a-z]+)(\\d+)/).groups", ["ab", "12", "cd", "3"]],
    ["$match('ab12 cd3', /([a-z]+)(\\d+)/).index", [0, 5]],
    ["$match('ab12 cd3', /([a-z]+)(\\d+)/, 1).match", "ab12"],
    ["$replace('2030-01-02', /(\\d+)-(\\d+)-(\\d+)/, '$3.$2.$1')", "02.01.2030"],
    ["$replace('265USD', /([0-9]+)USD/, function($m) { $string($number($m.groups[0]) + 1) })", "266"],
    ["$split('a, b;  c', /[,;]\\s*/)", ["a", "b", "c"]],
    ["$split('a, b; c', /[,;]\\s*/, 2)", ["a", "b"]],
    ["$split('ab', /x/)", ["ab"]],
    ["$replace('😀 😀', /😀/, 'x')", "x x"],
    ["['ax', 'b', 'az'][$contains(/^a/)]", ["ax", "az"]],
  ])("%s", async (source, expected) => {
    // As JSON: jsonata puts members of its own on its sequences.
    expect(JSON.parse(JSON.stringify(await evaluate(source)))).toEqual(expected);
  });

  test("a pattern that matches nothing over and over ends with jsonata's own error", async () => {
    await expect(evaluate("$match('abc', /x*/)")).rejects.toMatchObject({
      error: "States.QueryEvaluationError",
    });
  });
});

describe("no pattern hangs the process", () => {
  test.each(["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)*x"])("/%s/", async (pattern) => {
    const text = `${"a".repeat(10_000)}!`;
    expect(await evaluate(`$contains($states.input, /${pattern}/)`, text)).toBe(false);
  });

  test.each([
    [
      "a search for each of very many matches",
      "$count($match($states.input, /a[^]*b|a/))",
      "took longer than",
    ],
    [
      "a large pattern on a large text",
      "$contains($states.input, /(b{900}|c{900})d/)",
      "is too large for a text",
    ],
  ])("%s", async (_, source, message) => {
    const failing = evaluate(source, "a".repeat(250_000));
    await expect(failing).rejects.toMatchObject({ error: "States.QueryEvaluationError" });
    await expect(failing).rejects.toThrow(message);
  });
});

describe("what cannot be matched in linear time is refused by name", () => {
  test.each(["(?=a)b", "(?!a)b", "(?<=a)b", "(a)\\1", "(?<x>a)\\k<x>", "a{2000}"])(
    "/%s/",
    async (pattern) => {
      const failing = evaluate(`$contains('ab', /${pattern}/)`);
      await expect(failing).rejects.toMatchObject({
        error: "States.QueryEvaluationError",
        location: "Output",
      });
      await expect(failing).rejects.toThrow(`The regular expression /${pattern}/ is not supported`);
    },
  );
});

describe("a pattern means what it means in JavaScript", () => {
  const characters = ["a", "B", "z", "k", "Q", "p", "L", "\b", "-", "_", "[", "]", "{", "}", ":", "\\"];
  const blanks = [
    " ",
    "\n",
    "\r",
    "\t",
    "\v",
    "\f",
    "\u00a0",
    "\u1680",
    "\u2005",
    "\u2028",
    "\u3000",
    "\ufeff",
  ];
  // Patterns as text: some are bad style, and all the same what a definition may hold.
  const patterns = [
    ...String.raw`. \s+ \S+ [\s\S] [^\S\n] [\s-] [^\s] ^\s \bB [\b] \w+|\d [^] [] a| a{0,2} x?$ [{}]`.split(
      " ",
    ),
    ...String.raw`\Q \pL \z [[:a]] [a[] [\]] \[.\] \\ \cI \x61 \u0061 \t|\v|\f \-|\_ (a)|(B) (?<x>z)k*?`.split(
      " ",
    ),
  ];

  test.each(patterns)("/%s/", (pattern) => {
    const texts = fc.array(fc.constantFrom(...characters, ...blanks), { maxLength: 12 });
    fc.assert(
      fc.property(texts, fc.nat(12), (parts, from) => {
        const text = parts.join("");
        const native = new RegExp(pattern, "g");
        const linear = new LinearRegExp(native);
        const lastIndex = Math.min(from, text.length);
        native.lastIndex = lastIndex;
        linear.lastIndex = lastIndex;
        const [expected, found] = [native.exec(text), linear.exec(text)];
        expect(found === null ? null : [...found, found.index]).toEqual(
          expected === null ? null : [...expected, expected.index],
        );
        expect(linear.lastIndex).toBe(native.lastIndex);
      }),
    );
  });
});
