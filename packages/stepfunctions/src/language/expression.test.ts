import { describe, expect, test } from "vitest";
import { compileExpression } from "./expression.js";
import { randomnessFrom } from "./randomness.js";
import { AT, evaluate } from "./testing/evaluate.js";

describe("the functions that AWS adds", () => {
  test.each([
    ["$partition([1,2,3,4], 4)", [[1, 2, 3, 4]]],
    ["$range(10, 1, -3)", [10, 7, 4, 1]],
    ["$hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["$hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"],
    ["$parse('{\"a\": [1]}')", { a: [1] }],
    ["$random(7) = $random(7)", true],
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
    "$range(0, 5000, 1)",
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

describe("an expression that would harm the engine ends with an error", () => {
  test.each([
    ["endless recursion", "($f := function($n) {1 + $f($n + 1)}; $f(0))"],
    ["an endless loop", "($f := function($n) {$f($n + 1)}; $f(0))"],
    ["an enormous range", "$count([1..9000000])"],
    ["an enormous text", "$pad('x', 1000000000)"],
  ])("%s", async (_, source) => {
    await expect(evaluate(source)).rejects.toMatchObject({ error: "States.QueryEvaluationError" });
  });

  test("a result that is small in memory and enormous as text", async () => {
    const source = "$reduce([1..18], function($a, $b) {{'x': $a, 'y': $a}}, 1)";
    await expect(evaluate(source)).rejects.toMatchObject({ error: "States.DataLimitExceeded" });
  });

  test.each(["function($x) {$x}", "{'a': [$sum]}"])("a result that is no JSON: %s", async (source) => {
    await expect(evaluate(source)).rejects.toThrow("returned an unsupported result type.");
  });
});

describe("variables", () => {
  test("are those of the workflow, with an expression's own over them", async () => {
    const variables = { n: "1", list: "[1,2]" };
    expect(await evaluate("($n := $n + 1; [$n, $list])", { variables })).toEqual([2, 1, 2]);
    expect(compileExpression("($n := $m; function($x) {$x + $y})").free).toEqual(new Set(["m", "y"]));
  });

  test("named like members of every object are not there", async () => {
    await expect(evaluate("$constructor")).rejects.toThrow("returned nothing");
    await expect(evaluate("$toString")).rejects.toThrow("returned nothing");
  });
});
