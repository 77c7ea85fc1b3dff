import { describe, expect, test } from "vitest";
import { compileIntrinsic } from "./intrinsic.js";
import { seededInteger } from "../java-random.js";
import { scopeOf } from "./testing/scope.js";

function call(text: string, data: unknown = {}): unknown {
  const context = { Execution: { Name: "run-7" } };
  return compileIntrinsic(text).evaluate(scopeOf(data, { context, variables: { who: "Ada" } }));
}

describe("calls", () => {
  test.each<[string, unknown, unknown]>([
    ["States.Format('{} is {}', $.a, 'here')", { a: "Ada" }, "Ada is here"],
    [
      "States.Format('{}|{}|{}|{}', $.a, $.b, $.c, $.d)",
      { a: null, b: true, c: 1.5, d: -7 },
      "null|true|1.5|-7",
    ],
    ["States.Format('{}', $)", { a: 1, b: ["x", null, { c: 0.1 }] }, "{a=1, b=[x, null, {c=0.1}]}"],
    ["States.Format('\\{\\} \\'{}\\' \\\\', $.a)", { a: "x" }, "{} 'x' \\"],
    ["States.Format($.t, $.a)", { t: "<{}>", a: "{}" }, "<{}>"],
    ["States.Format('{} {}', $$.Execution.Name, $who)", {}, "run-7 Ada"],
    ["States.Format('no place')", {}, "no place"],
    ["States.Format('{}', $.n)", { n: 12345678.9 }, "1.23456789E7"],
    ["States.StringToJson($.j)", { j: ' {"a": [1, "x"]} ' }, { a: [1, "x"] }],
    ["States.StringToJson('')", {}, null],
    ["States.StringToJson('\"a\"')", {}, "a"],
    ["States.JsonToString($.j)", { j: { a: [1, "x", null] } }, '{"a":[1,"x",null]}'],
    ["States.JsonToString('x')", {}, '"x"'],
    [
      "States.JsonMerge($.a, $.b, false)",
      { a: { x: 1, n: { k: 1 } }, b: { n: {}, y: 2 } },
      { x: 1, n: {}, y: 2 },
    ],
    ["States.Array()", {}, []],
    [
      "States.Array($.a, 'it\\'s', 1, -2.5, 1e3, true, null, States.Array())",
      { a: {} },
      [{}, "it's", 1, -2.5, 1000, true, null, []],
    ],
    ["States.ArrayPartition($, 2)", [1, 2, 3], [[1, 2], [3]]],
    ["States.ArrayPartition($, 2.9)", [1, 2, 3], [[1, 2], [3]]],
    ["States.ArrayPartition($, 4)", [], []],
    ["States.ArrayContains($, 2)", [1, 2], true],
    ["States.ArrayContains($, 'a')", ["b"], false],
    ["States.ArrayContains($.l, $.v)", { l: [[1], { a: 1 }], v: { a: 1 } }, true],
    ["States.ArrayContains($.l, $.v)", { l: [{ a: 1, b: 2 }], v: { b: 2, a: 1 } }, false],
    ["States.ArrayContains($, false)", [0, null, ""], false],
    ["States.ArrayRange(1, 9, 2)", {}, [1, 3, 5, 7, 9]],
    ["States.ArrayRange(1, 10, 4)", {}, [1, 5, 9]],
    ["States.ArrayRange(5, -1, -2)", {}, [5, 3, 1, -1]],
    ["States.ArrayRange(5.9, 7.9, 1.9)", {}, [5, 6, 7]],
    ["States.ArrayRange(2, 1, 1)", {}, []],
    ["States.ArrayGetItem($, 1)", ["a", "b"], "b"],
    ["States.ArrayGetItem($, 1.9)", ["a", "b"], "b"],
    ["States.ArrayGetItem($, 5)", [], null],
    ["States.ArrayLength($)", [1, [2, 3]], 2],
    ["States.ArrayLength($[*].none)", [{}, {}], 0],
    ["States.ArrayUnique($)", [1, 3, 1, 2], [1, 2, 3]],
    ["States.ArrayUnique($)", [true, false, true], [false, true]],
    [
      "States.ArrayUnique($)",
      [
        [1, 2],
        [1, 2],
        [2, 1],
      ],
      [
        [2, 1],
        [1, 2],
      ],
    ],
    [
      "States.ArrayUnique($)",
      ["b", "a", "b", null, { x: 1, y: 2 }, { y: 2, x: 1 }],
      [null, "a", "b", { x: 1, y: 2 }],
    ],
    ["States.Base64Encode('Zoë 🚀')", {}, "Wm/DqyDwn5qA"],
    ["States.Base64Decode('Wm/DqyDwn5qA')", {}, "Zoë 🚀"],
    ["States.Base64Decode(' Z G9n!')", {}, "dog"],
    ["States.Hash('a', 'MD5')", {}, "0cc175b9c0f1b6a831c399e269772661"],
    ["States.Hash('a', 'SHA-1')", {}, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"],
    [
      "States.Hash($.n, $.h)",
      { n: 12, h: "SHA-256" },
      "6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918",
    ],
    ["States.StringSplit('a,b;;c', ',;')", {}, ["a", "b", "c"]],
    ["States.StringSplit(',a,', ',')", {}, ["a"]],
    ["States.StringSplit('', ',')", {}, []],
    ["States.StringSplit('abc', '')", {}, ["abc"]],
    ["States.StringSplit('a😀b😁', '😀')", {}, ["a", "b😁"]],
    ["States.MathAdd(1.5, -0.5)", {}, 2],
    ["States.MathAdd(-1.5, -1.51)", {}, -3],
    ["States.MathAdd(2147483646, 1)", {}, 2147483647],
    ["States.ArrayGetItem( States.StringSplit( $$.Execution.Name , '-' ) , States.MathAdd(2, -1) )", {}, "7"],
  ])("%s of %j", (text, data, expected) => {
    expect(call(text, data)).toEqual(expected);
  });

  test("ArrayUnique has room for more than one place in a hash table for every value", () => {
    const many = Array.from({ length: 40 }, (_, index) => 39 - index);
    expect(call("States.ArrayUnique($)", [...many, ...many])).toEqual(many.toReversed());
  });

  test("MathRandom stays below its end, and a seed decides it", () => {
    const scope = scopeOf({});
    const intrinsic = compileIntrinsic("States.MathRandom(-1, 2)");
    const numbers = Array.from({ length: 200 }, () => intrinsic.evaluate(scope));
    expect(new Set(numbers)).toEqual(new Set([-1, 0, 1]));
    expect(call("States.MathRandom(10, 20, 42)")).toBe(call("States.MathRandom(10.9, 20.9, 42.9)"));
  });

  test("UUID is a version 4 UUID", () => {
    expect(call("States.UUID( )")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test("numbers from a seed are those of java.util.Random", () => {
    expect(seededInteger(42, 0, 100)).toBe(30);
    expect(seededInteger(42, 0, 10)).toBe(0);
    expect(seededInteger(0, 0, 10)).toBe(0);
    expect(seededInteger(1, 0, 6)).toBe(3);
  });
});

describe("calls that fail", () => {
  test.each<[string, unknown, string]>([
    [
      "States.Format('{}', $.a)",
      { b: 1 },
      `The JsonPath argument for the field '$.a' could not be found in the input '{"b":1}'`,
    ],
    [
      "States.Format('{}', $$.A.b)",
      {},
      "The JsonPath argument for the field '$.A.b' could not be found in the input '{}'",
    ],
    [
      "States.Array($.a[2])",
      { a: [1] },
      `The JsonPath argument for the field '$.a[2]' could not be found in the input '{"a":[1]}'`,
    ],
    [
      "States.Array(States.Array($nothing))",
      {},
      "The JsonPath argument for the field '$nothing' could not be found in the input '{}'",
    ],
    ["States.Array($.a[0])", { a: 1 }, "Filter: [0] can only be applied to arrays. Current context is: 1"],
    [
      "States.Format('{} {}', 'a')",
      {},
      "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.",
    ],
    ["States.Format('{', 'a')", {}, "Invalid template in States.Format: matching '}' not found for '{'."],
    ["States.StringToJson('{')", {}, "Invalid arguments in States.StringToJson"],
    ["States.StringToJson($)", {}, "Invalid arguments in States.StringToJson"],
    ["States.JsonToString()", {}, "Invalid arguments in States.JsonToString"],
    ["States.JsonMerge($, $, true)", {}, "Invalid arguments in States.JsonMerge"],
    ["States.JsonMerge($, $, false)", [], "Invalid arguments in States.JsonMerge"],
    ["States.ArrayPartition($, 0.9)", [], "Invalid arguments in States.ArrayPartition"],
    ["States.ArrayRange(1, 9, 0)", {}, "Invalid arguments in States.ArrayRange"],
    ["States.ArrayRange(1, 1001, 1)", {}, "Invalid arguments in States.ArrayRange"],
    ["States.ArrayRange(1, 9)", {}, "Invalid arguments in States.ArrayRange"],
    ["States.ArrayGetItem($, 1)", ["a"], "Invalid arguments in States.ArrayGetItem"],
    ["States.ArrayGetItem($, -1)", ["a"], "Invalid arguments in States.ArrayGetItem"],
    ["States.ArrayLength('a')", {}, "Invalid arguments in States.ArrayLength"],
    ["States.Base64Encode(1)", {}, "Invalid arguments in States.Base64Encode"],
    ["States.Base64Encode($)", "a".repeat(10_001), "Invalid arguments in States.Base64Encode"],
    ["States.Hash('a', 'md5')", {}, "Invalid arguments in States.Hash"],
    ["States.StringSplit('a', 1)", {}, "Invalid arguments in States.StringSplit"],
    ["States.MathAdd('1', 1)", {}, "Invalid arguments in States.MathAdd"],
    ["States.MathAdd(2147483647, 1)", {}, "Invalid arguments in States.MathAdd"],
    ["States.MathRandom(3, 3)", {}, "Invalid arguments in States.MathRandom"],
    ["States.MathRandom(1, 3, 'seed')", {}, "Invalid arguments in States.MathRandom"],
  ])("%.60s", (text, data, message) => {
    expect(() => call(text, data)).toThrow(
      expect.objectContaining({
        error: "States.Runtime",
        message: `The function '${text}' had the following error: ${message}`,
      }),
    );
  });

  test("a text that would fill the memory is not made", () => {
    const text = `States.Format('${"{}".repeat(2_000)}'${", $".repeat(2_000)})`;
    expect(() => call(text, "x".repeat(100_000))).toThrow("Invalid arguments in States.Format");
  });
});

test.each([
  "States.Nothing()",
  "States.Array",
  "States.Array(",
  "States.Array($.a,)",
  "States.Array(,)",
  "States.Array() x",
  "States.Array(a)",
  "States.Array('a)",
  "States.Array('a\\nb')",
  `States.Array('a\\"b')`,
  "States.Array($.a[)",
  `${"States.Array(".repeat(11)}${")".repeat(11)}`,
])("%.40s is no call", (text) => {
  expect(() => compileIntrinsic(text)).toThrow(SyntaxError);
});

test("merging leaves prototypes alone", () => {
  const result = call(
    "States.JsonMerge($.a, $.b, false)",
    JSON.parse('{"a": {}, "b": {"__proto__": {"polluted": 1}}}'),
  ) as object;
  expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":1}}');
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
});
