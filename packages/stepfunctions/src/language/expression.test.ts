import fc from "fast-check";
import jsonata from "jsonata";
import { afterEach, describe, expect, test, vi } from "vitest";
import { compileExpression } from "./expression.js";
import { randomnessFrom } from "./randomness.js";
import { AT, evaluate } from "./testing/evaluate.js";

// Expressions are run here up to the limits of what they may take.
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the functions that AWS adds", () => {
  test.each([
    ["$partition([1,2,3,4], 4)", [[1, 2, 3, 4]]],
    ["$range(10, 1, -3)", [10, 7, 4, 1]],
    ["$hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["$hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"],
    ["$parse('{\"a\": [1]}')", { a: [1] }],
    ["$range(-1.7, 2, 1)", [-1, 0, 1, 2]],
    ["$range(1.7, 3.9, 1.9)", [1, 2, 3]],
    ["$partition([1,2,3], 2.9)", [[1, 2], [3]]],
    ["$count($range(1, 200000, 1))", 200_000],
    ["$random(42)", 0.7275636800328681],
    ["$random(42.9) = $random(42)", true],
    ["$random(-1)", 0.26894263088050496],
    ["$now()", "2030-01-02T03:04:05.000Z"],
    ["$now('[Y]')", "2030"],
    ["$millis()", AT],
    ["$toMillis('12', '[H]') < $millis() + 86400000", true],
  ])("%s", async (source, expected) => {
    expect(await evaluate(source)).toEqual(expected);
  });

  test("$random and $uuid are new each time, and the same for the same seed", async () => {
    const source = "[$random(), $random(), $uuid(), $uuid(), $shuffle([1,2,3,4,5,6])]";
    const once = (await evaluate(source)) as unknown[];
    expect(new Set(once.slice(0, 4)).size).toBe(4);
    expect(await evaluate(source)).toEqual(once);
    expect(await evaluate(source, { random: randomnessFrom("another") })).not.toEqual(once);
    expect(once[2]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test.each([
    "$eval('1')",
    "$range(0, 300000, 1)",
    "$partition([1], 0.9)",
    "$range(0, 5, 0)",
    "$partition([1], 0)",
    "$hash('a', 'CRC')",
    "$hash('a', 'constructor')",
    "$parse('{')",
    `$parse('${"[".repeat(600)}${"]".repeat(600)}')`,
  ])("%s is refused", async (source) => {
    await expect(evaluate(source)).rejects.toMatchObject({
      error: "States.QueryEvaluationError",
      location: "Output",
    });
  });
});

test.each([
  ["1 / 0", "Infinity"],
  ["-1 / 0", "-Infinity"],
  ["[1, 1e308 * 10]", [1, "Infinity"]],
  ["{'a': {'b': 0 / 0}, 'c': 1}", { a: { b: "NaN" }, c: 1 }],
])("a number that is not finite is written as its name: %s", async (source, expected) => {
  expect(await evaluate(source)).toEqual(expected);
});

describe("an expression that would harm the engine ends with an error", () => {
  const large = "$s := $pad('x', 1900000)";
  const memory =
    "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage";
  test.each([
    [
      "endless recursion",
      "($f := function($n) {1 + $f($n + 1)}; $f(0))",
      "evaluation. D1011: Stack overflow",
    ],
    ["an enormous range", "$count([1..9000000])", "D2015"],
    ["ranges over and over", "$map([1..1000], function() {$count($range(1, 262144, 1))})", memory],
    ["an enormous text", "$pad('x', 1000000000)", "text is longer"],
    ["a text doubled over and over", "$reduce([1..40], function($a, $b) {$a & $a}, 'x')", "text is longer"],
    ["a text joined of many", "$join([1..2000].('x'), $pad('', 100000))", "text is longer"],
    ["an array doubled over and over", "$reduce([1..40], function($a, $b) {$append($a, $a)}, [1])", "D2015"],
    [
      "an array that doubles when written",
      "$reduce([1..40], function($a, $b) {[[$a], [$a]]}, 1) & ''",
      "value is too large",
    ],
    ["many large texts", `(${large}; $map([1..300], function($i) {$s & $i}))`, memory],
    [
      "a search in time of the texts' product",
      `(${large}; $contains($s, 'b' & $substring($s, 9)))`,
      "too large",
    ],
    ["a replacement larger by far", `(${large}; $replace($s, 'x', $s))`, "too large"],
    ["a picture of very many digits", "$fromMillis(1, '[Y,400000000-400000000]')", "picture is too large"],
    [
      "a picture that matches in very many ways",
      "$toMillis($pad('', 40, '1') & 'x', '[f][f][f][f][f][f][f]')",
      "too large",
    ],
    ["an array constructor of very many items", `[${"$uuid(),".repeat(1_000)}1]`, "more than 1000 items"],
    ["very deep nesting", "$string($reduce([1..3000], function($a, $b) {[[$a]]}, 1))", "threw an error"],
  ])("%s", async (_, source, message) => {
    // Each has a bound of its own, which does not depend on how quick a computer is.
    vi.spyOn(performance, "now").mockReturnValue(0);
    const failing = evaluate(source);
    await expect(failing).rejects.toMatchObject({ error: "States.QueryEvaluationError" });
    await expect(failing).rejects.toThrow(message);
  });

  test.each(["?:", "??"])("operators %s that are copied over and over", (operator) => {
    const source = `${"(".repeat(40)}$x${` ${operator} 1)`.repeat(40)}`;
    expect(() => compileExpression(source)).toThrow("nests the operators ?: and ?? too deeply");
    const many = Array.from({ length: 500 }, (_, index) => `"k${index}": $states.input.a ${operator} 1`);
    expect(compileExpression(`{${many.join(", ")}}`).variables).toEqual(
      new Set(operator === "??" ? ["states", "exists"] : ["states"]),
    );
  });

  test("an endless loop, and the event loop goes on meanwhile", async () => {
    let looks = 0;
    vi.spyOn(performance, "now").mockImplementation(() => {
      looks += 1;
      return looks / 5;
    });
    let turns = 0;
    let next: NodeJS.Immediate | undefined;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    turn();
    const failing = evaluate("($f := function($n) {$f($n + 1)}; $f(0))");
    await expect(failing).rejects.toThrow("D1012: Evaluation timeout after 2000 milliseconds");
    clearImmediate(next);
    expect(turns).toBeGreaterThan(5);
  });

  test("a result that is small in memory and enormous as text", async () => {
    const source = "$reduce([1..18], function($a, $b) {{'x': $a, 'y': $a}}, 1)";
    await expect(evaluate(source)).rejects.toMatchObject({ error: "States.DataLimitExceeded" });
    const input = "x".repeat(100_000);
    const many = `[${Array.from({ length: 9 }, () => "$states.input").join(", ")}]`;
    const given = { states: { input, context: {} } };
    await expect(evaluate(many, given)).rejects.toMatchObject({ error: "States.DataLimitExceeded" });
  });

  test.each(["function($x) {$x}", "{'a': [$sum]}", "[1 / 0, $sum]"])(
    "a result that is no JSON: %s",
    async (source) => {
      await expect(evaluate(source)).rejects.toThrow("returned an unsupported result type.");
    },
  );

  test("members that go on when another has failed draw nothing random", async () => {
    const drawn: string[] = [];
    const numbers = randomnessFrom("seed");
    const random = { number: () => numbers.number(), uuid: () => (drawn.push("uuid"), numbers.uuid()) };
    const source = "{'a': $error('no'), 'b': $map([1..100], $uuid), 'c': [1..100].$uuid()}";
    await expect(evaluate(source, { random })).rejects.toThrow("D3137: no");
    const { length } = drawn;
    await new Promise(setImmediate);
    expect(drawn).toHaveLength(length);
  });

  test("what is random stays the same where others get their turn in between", async () => {
    const source = "{'a': [1..3000].$uuid(), 'b': $map([1..3000], function() {$uuid()}), 'c': $random()}";
    expect(JSON.stringify(await evaluate(source))).toBe(JSON.stringify(await evaluate(source)));
  });
});

describe("jsonata's functions under guard", () => {
  test.each([
    ["$map(['a', 'b'], $uppercase)", ["A", "B"]],
    ["($p := $pad(?, 3, '-'); $p('x'))", "x--"],
    ["$reduce([1, 2, 3], $append)", [1, 2, 3]],
    ["'a' ~> $uppercase ~> $length", 1],
    ["$sort([3, 1, 2], function($l, $r) {$l < $r})", [3, 2, 1]],
    ["$sort(['b', 'a'])", ["a", "b"]],
    [
      "$distinct([1, '1', 1, null, null, {'a': 1, 'b': [2]}, {'b': [2], 'a': 1}, [1], [1]])",
      [1, "1", null, { a: 1, b: [2] }, [1]],
    ],
    ["$distinct([2, 2])", [2]],
    ["$distinct([1..3].(1))", 1],
    ["$now('[Y]', '-0500')", "2030"],
    ["$now(undefined, '+0100')", "2030-01-02T04:04:05.000+01:00"],
  ])("%s", async (source, expected) => {
    expect(JSON.parse(JSON.stringify(await evaluate(source)))).toEqual(expected);
  });

  test("$sort and $distinct give what jsonata's own give", async () => {
    const part = fc.oneof(
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom("a", "b", null, true, { a: 1 }, [1]),
    );
    const lists = fc.oneof(fc.array(part), fc.array(fc.integer()), fc.array(fc.string({ maxLength: 2 })));
    const odd = "function($l, $r) {$string($l) > $string($r)}";
    await fc.assert(
      fc.asyncProperty(lists, async (list) => {
        for (const source of ["$distinct(list)", "$sort(list)", `$sort(list, ${odd})`]) {
          const expected = await settled(jsonata(source).evaluate({ list }));
          const given = { states: { input: list, context: {} } };
          expect(await settled(evaluate(source.replace("list", "$states.input"), given))).toEqual(expected);
        }
      }),
    );
  });
});

/** A value as JSON, or that there is none. */
async function settled(value: Promise<unknown>): Promise<string | undefined> {
  try {
    return JSON.stringify(await value);
  } catch {
    return undefined;
  }
}

describe("variables", () => {
  test("are those of the workflow, with an expression's own over them", async () => {
    const variables = { n: "1", list: "[1,2]" };
    expect(await evaluate("($n := $n + 1; [$n, $list])", { variables })).toEqual([2, 1, 2]);
    const { free, references } = compileExpression(
      "($n := $m; function($x) {$x + $sum($y) + $states.input})",
    );
    expect(free).toEqual(new Set(["m", "y", "sum", "states"]));
    expect(references).toEqual(new Set(["m", "y"]));
  });

  test("named like members of every object are not there", async () => {
    await expect(evaluate("$constructor")).rejects.toThrow("returned nothing");
    await expect(evaluate("$toString")).rejects.toThrow("returned nothing");
  });
});
