import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { StateFailure } from "../failure.js";
import { Budget } from "./budget.js";
import { PathMiss } from "./path-miss.js";
import { compilePath } from "./path.js";
import { directReader } from "./read.js";
import { scopeOf } from "./testing/scope.js";
import type { Token } from "./tokens.js";
import { routeOf, walkPath } from "./walk.js";

// Expressions are run here up to the limits of what they may take.
vi.setConfig({ testTimeout: 30_000 });

const shop = {
  books: [
    { title: "Ivanhoe", price: 12, tags: ["old", "long"], isbn: "0-1" },
    { title: "Emma", price: 8, tags: ["old"] },
    { title: "Ulysses", price: "20", tags: [] },
  ],
  "opening hours": { mon: "9-17", "it's": true },
  limit: 10,
  none: null,
};

function evaluate(path: string, data: unknown = shop): unknown {
  return compilePath(path).evaluate(scopeOf(data));
}

function failure(path: string, data: unknown = shop): string {
  try {
    evaluate(path, data);
  } catch (error) {
    if (error instanceof StateFailure) return `${error.error}: ${error.message}`;
    throw error;
  }
  return "no failure";
}

describe("a path finds", () => {
  test.each<[string, unknown]>([
    ["$", shop],
    ["$.limit", 10],
    ["$.none", null],
    ["$['limit']", 10],
    ['$["opening hours"].mon', "9-17"],
    ["$['opening hours']['it\\'s']", true],
    ["$.books[1].title", "Emma"],
    ["$.books[-1].title", "Ulysses"],
    ["$.books[0,2].title", ["Ivanhoe", "Ulysses"]],
    ["$.books[:2].title", ["Ivanhoe", "Emma"]],
    ["$.books[1:].title", ["Emma", "Ulysses"]],
    ["$.books[-2:].title", ["Emma", "Ulysses"]],
    ["$.books[:-1].title", ["Ivanhoe", "Emma"]],
    ["$.books[1:2].title", ["Emma"]],
    ["$.books[-3:-1].title", ["Ivanhoe", "Emma"]],
    ["$.books[*].price", [12, 8, "20"]],
    ["$.books.*.isbn", ["0-1"]],
    ["$..isbn", ["0-1"]],
    ["$..tags[0]", ["old", "old"]],
    ["$..*.mon", ["9-17"]],
    ["$['limit','none','absent']", { limit: 10, none: null }],
    ["$.books[0]['title','price']", { title: "Ivanhoe", price: 12 }],
    [
      "$.books[*]['title','isbn']",
      [{ title: "Ivanhoe", isbn: "0-1" }, { title: "Emma" }, { title: "Ulysses" }],
    ],
    ["$.books.length()", 3],
    ["$.books[0].tags.first()", "old"],
    ["$.books[0].tags.last()", "long"],
    ["$.books[0].tags.index(1)", "long"],
    ["$.books[1].keys()", ["title", "price", "tags"]],
  ])("%s", (path, expected) => {
    expect(evaluate(path)).toEqual(expected);
  });

  test.each<[string, unknown]>([
    ["$.n.min()", 1],
    ["$.n.max()", 5],
    ["$.n.sum()", 9],
    ["$.n.avg()", 3],
    ["$.n.stddev()", Math.sqrt(8 / 3)],
  ])("%s over numbers", (path, expected) => {
    expect(evaluate(path, { n: [1, 3, "x", 5] })).toBeCloseTo(expected as number);
  });
});

describe("a filter takes", () => {
  test.each<[string, string[]]>([
    ["?(@.isbn)", ["Ivanhoe"]],
    ["?(!@.isbn)", ["Emma", "Ulysses"]],
    ["?(@.price < 10)", ["Emma"]],
    ["?(@.price <= 8 || @.price >= 12)", ["Ivanhoe", "Emma"]],
    ["?(@.price == 20)", ["Ulysses"]],
    ["?(@.price != 8 && @.isbn)", ["Ivanhoe"]],
    ["?(@.price > $.limit)", ["Ivanhoe"]],
    ["?(@.title == 'Emma')", ["Emma"]],
    ['?(@.title=="Emma")', ["Emma"]],
    ["?(@.title > 'F')", ["Ivanhoe", "Ulysses"]],
    ["?(@.title =~ /.*m.*/)", ["Emma"]],
    ["?(@.title =~ /EMMA/i)", ["Emma"]],
    ["?(@.title =~ /mm/)", []],
    ["?(@.title in ['Emma', 'Kim'])", ["Emma"]],
    ["?(@.title nin ['Emma', 'Kim'])", ["Ivanhoe", "Ulysses"]],
    ["?(@.tags contains 'long')", ["Ivanhoe"]],
    ["?(@.title contains 'mm')", ["Emma"]],
    ["?(@.tags size 1)", ["Emma"]],
    ["?(@.tags empty true)", ["Ulysses"]],
    ["?(@.tags == ['old'])", ["Emma"]],
    ["?(@.tags subsetof ['old', 'new'])", ["Emma", "Ulysses"]],
    ["?(@.tags anyof ['long'])", ["Ivanhoe"]],
    ["?(@.tags noneof ['long'])", ["Emma", "Ulysses"]],
    ["?(@.tags all ['old', 'long'])", ["Ivanhoe"]],
    ["?(@.tags[?(@ == 'long')] size 1)", ["Ivanhoe"]],
    ["?((@.isbn || @.price == 8) && !(@.title == 'Emma'))", ["Ivanhoe"]],
    ["?(@.absent == null)", []],
  ])("%s", (filter, titles) => {
    expect(evaluate(`$.books[${filter}].title`)).toEqual(titles);
  });
});

test("a path that leads to several places gives an empty list where there is nothing to go on with", () => {
  const found = ["$.a[*]", "$.a[1:]", "$.a.b[:2].c", "$..a"].map((path) =>
    compilePath(path).evaluateFor("x.$", scopeOf({})),
  );
  expect(found).toEqual([[], [], [], []]);
});

describe("a definite path that leads to nothing fails in AWS's words", () => {
  test.each([
    ["$.a", {}, "Invalid path '$.a' : No results for path: $['a']"],
    ["$.a.b", {}, "Invalid path '$.a.b' : Missing property in path $['a']"],
    ["$.a[3]", { a: [1] }, "Invalid path '$.a[3]' : No results for path: $['a'][3]"],
    ["$.a[0].b", { a: null }, "Invalid path '$.a[0].b' : The path $['a'] is null"],
    [
      "$.a[0].b",
      { a: { c: [1, "x"] } },
      "Invalid path '$.a[0].b' : Filter: [0]['b'] can only be applied to arrays. Current context is: {c=[1, x]}",
    ],
    [
      "$.a.b",
      { a: "text" },
      "Invalid path '$.a.b' : Expected to find an object with property ['b'] in path $['a'] but found 'java.lang.String'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
    ],
  ])("%s in %j", (path, data, message) => {
    expect(failure(path, data)).toBe(`States.Runtime: ${message}`);
    expect(compilePath(path).find(scopeOf(data))).toBeUndefined();
  });

  test("and names the field where the field has to have a value", () => {
    const path = compilePath("$.a.b");
    expect(() => path.evaluateFor("CausePath", scopeOf({ c: 1 }))).toThrow(
      `The JSONPath '$.a.b' specified for the field 'CausePath' could not be found in the input '{"c":1}'`,
    );
  });
});

test.each(["$", "$.a", "$..a"])("%s fails in an input of null, however it is read", (text) => {
  const path = compilePath(text);
  const nothing = scopeOf(null);
  const failure = {
    error: "States.Runtime",
    message: "Unable to apply Path transformation to null or empty input.",
  };
  const reads = [
    () => path.evaluate(nothing),
    () => path.find(nothing),
    () => path.evaluateFor("x.$", nothing),
  ];
  for (const read of reads) expect(read).toThrow(expect.objectContaining(failure));
  expect(compilePath("$$.a").evaluate(scopeOf(null, { context: { a: 1 } }))).toBe(1);
});

test("$$ reads the context object and $name a workflow variable", () => {
  const scope = scopeOf(
    {},
    { context: { Execution: { Id: "e-1" } }, variables: { order: { lines: [{ sku: "a" }] } } },
  );
  expect(compilePath("$$.Execution.Id").evaluate(scope)).toBe("e-1");
  expect(compilePath("$order.lines[0].sku").evaluate(scope)).toBe("a");
  expect([...compilePath("$order.lines[0].sku").variables]).toEqual(["order"]);
  expect(compilePath("$nothing").find(scope)).toBeUndefined();
});

test("a call of an intrinsic function stands for a path only where a field allows it", () => {
  const path = compilePath("States.Format('{}!', $.a)", { intrinsics: true });
  expect(path.evaluateFor("CausePath", scopeOf({ a: "x" }))).toBe("x!");
  expect(() => compilePath("States.UUID()")).toThrow(SyntaxError);
});

test.each([
  "",
  "a.b",
  "$.",
  "$..",
  "$.a.",
  "$.a b",
  "$[",
  "$[]",
  "$['a",
  "$['a' 'b']",
  "$[1:2:3]",
  "$[:]",
  "$[99999999999999999999]",
  "$[?(@.a == )]",
  "$[?(@.a ~ 1)]",
  "$[?(@.a =~ /(?=x)/)]",
  "$[?(1)]",
  "$.a.nothing()",
  `$${".a".repeat(501)}`,
  `$${"[?(@.a".repeat(200)}`,
  `$[?(${"(".repeat(200)}@.a${")".repeat(200)})]`,
  `$[?(${"!".repeat(100_000)}@.a)]`,
])("%.40s is no path", (text) => {
  expect(() => compilePath(text)).toThrow(SyntaxError);
});

describe("hostile input", () => {
  const hostile: unknown = JSON.parse('{"__proto__": {"a": 1}, "constructor": "c", "list": [1, 2]}');

  test("names that every object inherits are plain members", () => {
    expect(evaluate("$.__proto__.a", hostile)).toBe(1);
    expect(evaluate("$.constructor", hostile)).toBe("c");
    expect(evaluate("$['__proto__','list']", hostile)).toEqual(
      JSON.parse('{"__proto__": {"a": 1}, "list": [1, 2]}'),
    );
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "length"]) {
      expect(compilePath(`$.${name}`).find(scopeOf({}))).toBeUndefined();
      expect(compilePath(`$.list.${name}`).find(scopeOf(hostile))).toBeUndefined();
      expect(compilePath(`$.text.${name}`).find(scopeOf({ text: "x" }))).toBeUndefined();
    }
  });

  test("work that multiplies ends in a failure", () => {
    const wide = Array.from({ length: 3_000 }, (_, index) => ({ index }));
    for (const path of [
      "$[?(@.index in $[*].index)]",
      "$[?($..index)]",
      "$..[?($[*].index contains @.index)]",
    ])
      expect(failure(path, wide)).toContain("too many steps");
    const deep: unknown = JSON.parse("[".repeat(400) + "]".repeat(400));
    expect(failure("$..*..*..*..*", deep)).toContain("too many steps");
  });
});

test("reading directly finds what walking finds", () => {
  const name = fc.constantFrom("a", "b", "length", "constructor", "__proto__");
  const token = fc.oneof(
    name.map((each): Token => ({ kind: "property", names: [each] })),
    fc.integer({ min: -3, max: 3 }).map((index): Token => ({ kind: "index", indexes: [index] })),
  );
  const document = fc.letrec((again) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, 0, "text", true), again("list"), again("object")),
    list: fc.array(again("value"), { maxLength: 3 }),
    object: fc.dictionary(name, again("value"), { maxKeys: 3 }),
  })).value;
  fc.assert(
    fc.property(fc.array(token, { maxLength: 5 }), document, (tokens, value) => {
      expect(directReader(tokens)?.(value)).toEqual(walked(tokens, value));
    }),
  );
});

function walked(tokens: Token[], value: unknown): unknown {
  try {
    return walkPath(routeOf(tokens), value, value, new Budget("$"));
  } catch (error) {
    if (error instanceof PathMiss) return undefined;
    throw error;
  }
}
