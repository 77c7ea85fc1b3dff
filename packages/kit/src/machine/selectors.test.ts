import fc from "fast-check";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { and, eq, exists, gt, gte, lt, lte, ne, not, or, orElse } from "./conditions.js";
import { delimited, fromVariables, jsonataString, variable } from "./expression.js";
import { reference, selectionOf, toConstant, toExpression } from "./refs.js";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "and",
    "in",
    "true",
    "null",
    "a b",
    "a`b",
    "back\\slash",
    "${X}",
    "{% x %}",
    "%}",
    '"',
    "$",
    "",
  ),
);
// JSON has no -0.
const json = fc.jsonValue({ depthSize: "small" }).map((value) => JSON.parse(JSON.stringify(value)));

const evaluate = async (source: string, variables: Record<string, unknown>) => {
  const value = await jsonata(source).evaluate(undefined, variables);
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
};
const reading = (value: unknown) => toExpression(selectionOf(value, "test")).render(fromVariables);
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the values are arbitrary JSON
type AnyRef = any;
const ref = (name: string): AnyRef => reference(variable(name));

describe("a selector's JSONata", () => {
  it("reads any field by its name, and any JSON value unchanged", () =>
    fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 3 }), json, async (path, value) => {
        const root = path.reduceRight((inner: unknown, key) => ({ [key]: inner, other: 1 }), value);
        const selected = path.reduce((at: AnyRef, key) => at[key], ref("root"));
        expect(await evaluate(reading({ got: selected }), { root })).toEqual({ got: value });
      }),
    ));

  it("spells any constant so that it comes back unchanged", () =>
    fc.assert(
      fc.asyncProperty(json, text, async (value, key) => {
        const structure = { [key]: value, list: [value, [value]], seen: ref("root") };
        expect(await evaluate(reading(structure), { root: 7 })).toEqual({
          [key]: value,
          list: [value, [value]],
          seen: 7,
        });
      }),
    ));

  it("leaves out fields that turn out to be missing, and keeps null", async () => {
    const root = { here: null };
    const selected = {
      a: ref("root").here,
      b: ref("root").gone,
      c: ref("root").here.deeper,
      d: undefined,
    };
    expect(await evaluate(reading(selected), { root })).toEqual({ a: null });
  });

  it("never holds what a deploy would take for a placeholder", () =>
    fc.assert(
      fc.property(text, text, (key, value) => {
        const source = reading({ [key]: `\${${value}}`, path: ref("root")[`\${${key}}`] });
        expect(source).not.toContain("${");
        expect(delimited(toExpression(selectionOf(jsonataString(value), "test")))).not.toContain("${");
      }),
    ));

  it("stays plain JSON where there is no reference and ASL would not misread it", () => {
    expect(toConstant(selectionOf({ a: [1, "x", { b: null }] }, "test"))).toEqual({
      a: [1, "x", { b: null }],
    });
    for (const value of ["{% 1 %}", "a ${B}", { "${k}": 1 }, ["{%"], ref("root")]) {
      expect(toConstant(selectionOf({ value }, "test"))).toBeUndefined();
    }
  });
});

describe("conditions", () => {
  const left = ref("left");
  const right = ref("right");
  const holds = (
    condition: { expression: { render: (resolve: typeof fromVariables) => string } },
    variables: object,
  ) => evaluate(condition.expression.render(fromVariables), variables as Record<string, unknown>);

  it("compare numbers as JavaScript does, and text by code unit", () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.tuple(fc.integer(), fc.integer()), fc.tuple(fc.string(), fc.string())),
        async ([a, b]) => {
          const variables = { left: a, right: b };
          expect(await holds(lt(left, right), variables)).toBe(a < b);
          expect(await holds(lte(left, right), variables)).toBe(a <= b);
          expect(await holds(gt(left, right), variables)).toBe(a > b);
          expect(await holds(gte(left, right), variables)).toBe(a >= b);
          expect(await holds(eq(left, right), variables)).toBe(a === b);
          expect(await holds(ne(left, b), variables)).toBe(a !== b);
        },
      ),
    ));

  it("compare structures deeply", async () => {
    expect(await holds(eq(left, { a: [1, { b: 2 }] }), { left: { a: [1, { b: 2 }] } })).toBe(true);
    expect(await holds(eq(left, { a: [1, { b: 2 }] }), { left: { a: [1, { b: 3 }] } })).toBe(false);
  });

  it("are always true or false, also for values that are missing or null", async () => {
    expect(await holds(eq(left.gone, 1), { left: {} })).toBe(false);
    expect(await holds(ne(left.gone, 1), { left: {} })).toBe(true);
    expect(await holds(eq(left.gone, null), { left: { gone: null } })).toBe(true);
    expect(await holds(exists(left.gone), { left: {} })).toBe(false);
    expect(await holds(exists(left.gone), { left: { gone: null } })).toBe(false);
    for (const value of [0, "", false, []]) {
      expect(await holds(exists(left.here), { left: { here: value } })).toBe(true);
    }
  });

  it("combine as logic has it, whatever stands inside", () =>
    fc.assert(
      fc.asyncProperty(fc.boolean(), fc.boolean(), fc.boolean(), async (a, b, c) => {
        const variables = { a, b, c };
        const [p, q, r] = [eq(ref("a"), true), eq(ref("b"), true), eq(ref("c"), true)] as const;
        expect(await holds(and(or(p, q), not(r)), variables)).toBe((a || b) && !c);
        expect(await holds(or(and(p, q), r), variables)).toBe((a && b) || c);
        expect(await holds(not(and(p, or(q, r))), variables)).toBe(!(a && (b || c)));
      }),
    ));

  it("need at least one part", () => {
    expect(() => and()).toThrow('"and" needs at least one condition.');
  });
});

describe("orElse", () => {
  it("stands in for what is missing or null, and for nothing else", async () => {
    const read = (root: unknown) => evaluate(reading({ v: orElse(ref("root").a, "else") }), { root });
    expect(await read({})).toEqual({ v: "else" });
    expect(await read({ a: null })).toEqual({ v: "else" });
    for (const value of [0, "", false, [], {}]) expect(await read({ a: value })).toEqual({ v: value });
  });
});
