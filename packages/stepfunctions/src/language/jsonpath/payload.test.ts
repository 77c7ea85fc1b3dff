import { expect, test } from "vitest";
import { compilePayload } from "./payload.js";
import { scopeOf } from "./testing/scope.js";

const scope = scopeOf(
  { a: { b: [1, 2] }, name: "Ada" },
  { context: { State: { Name: "S" } }, variables: { limit: 3 } },
);

test("keys that end in .$ hold paths and calls, everything else is taken as it is", () => {
  const payload = compilePayload({
    "whole.$": "$",
    "items.$": "$.a.b[*]",
    "state.$": "$$.State.Name",
    "limit.$": "$limit",
    "greeting.$": "States.Format('Hello {}', $.name)",
    nested: [{ "first.$": "$.a.b[0]" }, "$.a", 7, [], { plain: "$limit" }],
    "$.a": "$.a",
  });
  expect(payload.evaluate(scope)).toEqual({
    whole: scope.data,
    items: [1, 2],
    state: "S",
    limit: 3,
    greeting: "Hello Ada",
    nested: [{ first: 1 }, "$.a", 7, [], { plain: "$limit" }],
    "$.a": "$.a",
  });
  expect(payload.literal).toBe(false);
  expect([...payload.variables]).toEqual(["limit"]);
});

test("a payload without paths is the same value every time", () => {
  const value = { a: ["$.b", { c: null }] };
  const payload = compilePayload(value);
  expect(payload.literal).toBe(true);
  expect(payload.evaluate(scope)).toBe(value);
});

test("a path that leads to nothing fails with the field's name, an index beyond its array gives null", () => {
  expect(() => compilePayload({ "x.$": "$.none" }).evaluate(scopeOf({ k: 1 }))).toThrow(
    `The JSONPath '$.none' specified for the field 'x.$' could not be found in the input '{"k":1}'`,
  );
  expect(compilePayload({ "x.$": "$.a.b[9]" }).evaluate(scope)).toEqual({ x: null });
  expect(() => compilePayload({ "x.$": "$.name[0]" }).evaluate(scope)).toThrow(
    "Invalid path '$.name[0]' : Filter: [0] can only be applied to arrays. Current context is: Ada",
  );
});

test.each(["a", 7, null, { b: 1 }, "$.", "States.Nothing()", `States.StringToJson('{"a":"\\"b"}')`])(
  "%j is refused as a value of a .$ key",
  (value) => {
    expect(() => compilePayload({ deep: [{ "x.$": value }] })).toThrow(
      new SyntaxError(
        "The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call",
      ),
    );
  },
);

test("__proto__ is a key like any other", () => {
  const payload = compilePayload(
    JSON.parse('{"__proto__.$": "$.name", "__proto__": {"polluted.$": "$.name"}}'),
  );
  const result = payload.evaluate(scope) as object;
  expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":"Ada"}}');
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  expect("polluted" in {}).toBe(false);
});

const LARGE = { items: Array.from({ length: 20_000 }, (_, index) => index) };
const TOO_LARGE = { error: "States.DataLimitExceeded" };
const times = (count: number, path: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}.$`, path]));

test("a value that would be larger than memory once it is written is refused before it is", () => {
  expect(() => compilePayload(times(5_000, "$")).evaluate(scopeOf(LARGE))).toThrow(
    expect.objectContaining(TOO_LARGE),
  );
  const listed = { "all.$": `States.JsonToString(States.Array(${"$,".repeat(5_000)}1))` };
  expect(() => compilePayload(listed).evaluate(scopeOf(LARGE))).toThrow(expect.objectContaining(TOO_LARGE));
  let bushy: object = { leaf: "x".repeat(100) };
  for (let level = 0; level < 7; level += 1) bushy = { a: bushy, b: bushy, c: bushy };
  const found = { "all.$": "$..*..*" };
  expect(() => compilePayload(found).evaluate(scopeOf(bushy))).toThrow(expect.objectContaining(TOO_LARGE));
});

test("many paths may lead to small values", () => {
  expect(compilePayload(times(5_000, "$.a")).evaluate(scopeOf({ a: 1 }))).toHaveProperty("m4999", 1);
});
