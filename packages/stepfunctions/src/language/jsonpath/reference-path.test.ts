import { expect, test } from "vitest";
import { compilePath } from "./path.js";
import { compileReferencePath } from "./reference-path.js";
import { scopeOf } from "./testing/scope.js";

test.each<[string, unknown, unknown]>([
  ["$", { a: 1 }, "new"],
  ["$.a", { a: 1, b: 2 }, { a: "new", b: 2 }],
  ["$.b.c", { a: 1 }, { a: 1, b: { c: "new" } }],
  ["$['b c'].d", {}, { "b c": { d: "new" } }],
  ["$.a[1].b", { a: [1, { c: 2 }] }, { a: [1, { c: 2, b: "new" }] }],
  ["$[0]", [1, 2], ["new", 2]],
])("%s puts a value into %j", (path, document, expected) => {
  const before = structuredClone(document);
  expect(compileReferencePath(path).put(document, "new")).toEqual(expected);
  expect(document).toEqual(before);
});

test.each([
  ["$.a", "text", "ReferencePath $.a"],
  ["$.a", [1], 'step "a"'],
  ["$.a", null, "ReferencePath $.a"],
  ["$.a.b", { a: 1 }, "ReferencePath $.a.b"],
  ["$.a[0]", { a: {} }, 'step "0"'],
  ["$.a[1]", { a: [1] }, 'step "1"'],
  ["$.a[0]", {}, "ReferencePath $.a[0]"],
])("%s cannot be applied to %j", (path, document, what) => {
  expect(() => compileReferencePath(path).put(document, "new")).toThrow(
    expect.objectContaining({
      error: "States.ReferencePathConflict",
      message: `Unable to apply ${what} to input ${JSON.stringify(document)}`,
    }),
  );
});

test.each([
  ["$.a", {}, "a"],
  ["$.a.b", { a: { c: 1 } }, "b"],
  ["$.a.b", {}, "a"],
  ["$.a.b", { a: "text" }, "b"],
  ["$.a[1].b", { a: [{ b: [] }] }, "1"],
  ["$.a[-1]", { a: [] }, "-1"],
  ["$.a.length", { a: [1] }, "length"],
  ["$.a['0']", { a: [1] }, "0"],
  ["$.a[0]", { a: { 0: [] } }, "0"],
  ["$.a['b','c']", { a: 1 }, "b,c"],
])("%s followed into %j fails at its step %s", (text, document, step) => {
  expect(() => compilePath(text).follow(scopeOf(document))).toThrow(
    expect.objectContaining({
      error: "States.ReferencePathConflict",
      message: `Unable to apply step "${step}" to input ${JSON.stringify(document)}`,
    }),
  );
  expect(compilePath("$.a[0]").follow(scopeOf({ a: [null] }))).toBeNull();
});

test.each([
  "$$.a",
  "$name",
  "$.a[*]",
  "$..a",
  "$.a[0:1]",
  "$.a[-1]",
  "$.a[0,1]",
  "$['a','b']",
  "$.a[?(@.b)]",
  "$.a.length()",
  "a",
])("%s is no reference path", (path) => {
  expect(() => compileReferencePath(path)).toThrow(SyntaxError);
});

test("names that every object inherits become plain members", () => {
  const result = compileReferencePath("$.__proto__.polluted").put({}, true) as object;
  expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":true}}');
  expect("polluted" in {}).toBe(false);
  const copy = compileReferencePath("$.a").put(JSON.parse('{"__proto__":{"b":1}}'), 2) as object;
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"b":1},"a":2}');
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(JSON.stringify(compileReferencePath("$.constructor.name").put({}, 1))).toBe(
    '{"constructor":{"name":1}}',
  );
});
