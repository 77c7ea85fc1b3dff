import { describe, expect, test } from "vitest";
import { compileCondition } from "./condition.js";
import { scopeOf } from "./testing/scope.js";

const noon = "2030-01-01T12:00:00Z";
const data = {
  text: "b",
  number: 2,
  flag: true,
  none: null,
  time: noon,
  list: [1],
  object: {},
  alike: { text: "b", number: 2, flag: true, time: "2030-01-01T13:00:00.000+01:00" },
  less: { text: "a", number: -1.5, flag: false, time: "2029-12-31T23:59:59Z" },
  more: { text: "b ", number: 2.5, flag: true, time: "2030-01-01T12:00:00.001Z" },
};

function holds(rule: Record<string, unknown>): boolean {
  return compileCondition(rule)(scopeOf(data, { variables: { limit: 2 } }));
}

const ORDERS = {
  Equals: "=",
  LessThan: "<",
  GreaterThan: ">",
  LessThanEquals: "<=",
  GreaterThanEquals: ">=",
};
const KINDS = { String: "text", Numeric: "number", Timestamp: "time" } as const;

describe.each(Object.entries(KINDS))("%s comparisons", (kind, member) => {
  test.each(Object.entries(ORDERS))("%s, with a value and with a path", (order, sign) => {
    const wanted = [sign.includes(">"), sign.includes("="), sign.includes("<")];
    const sides = [data.less, data.alike, data.more];
    const names = ["less", "alike", "more"];
    expect(sides.map((side) => holds({ Variable: `$.${member}`, [kind + order]: side[member] }))).toEqual(
      wanted,
    );
    expect(
      names.map((side) => holds({ Variable: `$.${member}`, [`${kind + order}Path`]: `$.${side}.${member}` })),
    ).toEqual(wanted);
  });

  test("never hold for a value of another type", () => {
    const others = [
      "none",
      "flag",
      "list",
      "object",
      ...Object.values(KINDS).filter((each) => each !== member),
    ].filter((each) => !(kind === "String" && each === "time"));
    const hits = others.flatMap((other) =>
      Object.keys(ORDERS).filter((order) =>
        holds({ Variable: `$.${other}`, [kind + order]: data.alike[member] }),
      ),
    );
    expect(hits).toEqual([]);
  });
});

test("BooleanEquals compares booleans alone", () => {
  expect(holds({ Variable: "$.flag", BooleanEquals: true })).toBe(true);
  expect(holds({ Variable: "$.flag", BooleanEquals: false })).toBe(false);
  expect(holds({ Variable: "$.flag", BooleanEqualsPath: "$.alike.flag" })).toBe(true);
  expect(holds({ Variable: "$.flag", BooleanEqualsPath: "$.less.flag" })).toBe(false);
  expect(holds({ Variable: "$.none", BooleanEquals: false })).toBe(false);
});

test("what a Numeric...Path leads to counts as a number", () => {
  expect(holds({ Variable: "$.number", NumericGreaterThanPath: "$.list" })).toBe(true);
  expect(holds({ Variable: "$.number", NumericGreaterThanPath: "$.flag" })).toBe(true);
  expect(holds({ Variable: "$.number", NumericEqualsPath: "$limit" })).toBe(true);
  expect(holds({ Variable: "$.text", NumericEqualsPath: "$.number" })).toBe(false);
});

test.each([
  ["log-*.txt", "log-1.txt", true],
  ["log-*.txt", "log-.txt", true],
  ["log-*.txt", "log-1.txt.gz", false],
  ["*", "", true],
  ["", "", true],
  ["", "a", false],
  ["*a*b*", "xxaxxbxx", true],
  ["*a*b*", "xxbxxaxx", false],
  ["ab*ba", "aba", false],
  ["**", "anything", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "axb", false],
  ["a\\\\*", "a\\b", true],
  ["a.c", "abc", false],
  ["[a-z]", "b", false],
])("StringMatches %j against %j: %s", (pattern, text, expected) => {
  expect(compileCondition({ Variable: "$", StringMatches: pattern })(scopeOf(text))).toBe(expected);
});

test("StringMatches takes time that grows with the text alone", () => {
  const rule = compileCondition({ Variable: "$", StringMatches: `${"*a".repeat(5_000)}*b` });
  expect(rule(scopeOf("a".repeat(250_000)))).toBe(false);
});

describe("tests of type", () => {
  const types = {
    IsNull: ["none"],
    IsString: ["text", "time"],
    IsNumeric: ["number"],
    IsBoolean: ["flag"],
    IsTimestamp: ["time"],
  };
  test.each(Object.entries(types))("%s", (operator, members) => {
    const all = ["text", "number", "flag", "none", "time", "list", "object"];
    expect(all.filter((member) => holds({ Variable: `$.${member}`, [operator]: true }))).toEqual(members);
    expect(all.filter((member) => !holds({ Variable: `$.${member}`, [operator]: false }))).toEqual(members);
  });

  test.each(["2030-01-01", "2030-01-01T12:00:00", "2030-01-01 12:00:00Z", "2030-02-30T00:00:00Z", "noon"])(
    "%s is no timestamp",
    (text) => {
      expect(compileCondition({ Variable: "$", IsTimestamp: true })(scopeOf(text))).toBe(false);
    },
  );

  test("IsPresent alone allows a path that leads to nothing", () => {
    expect(holds({ Variable: "$.none", IsPresent: true })).toBe(true);
    expect(holds({ Variable: "$.a.b.c", IsPresent: true })).toBe(false);
    expect(holds({ Variable: "$.a", IsPresent: false })).toBe(true);
    expect(holds({ Variable: "$limit", IsPresent: true })).toBe(true);
    expect(holds({ Variable: "$nothing", IsPresent: true })).toBe(false);
  });
});

test.each([
  ["$.absent", { Variable: "$.absent", IsNull: true }],
  ["$.absent", { Variable: "$.absent", StringEquals: "a" }],
  ["$.absent", { Not: { Variable: "$.absent", BooleanEquals: true } }],
  ["$.absent", { Variable: "$.number", NumericEqualsPath: "$.absent" }],
  ["$nothing", { Variable: "$nothing", NumericEquals: 1 }],
])("%s leads to nothing in %j", (path, rule) => {
  expect(() => holds(rule)).toThrow(
    expect.objectContaining({
      error: "States.Runtime",
      message: `Invalid path '${path}': The choice state's condition path references an invalid value.`,
    }),
  );
});

test("And and Or stop as soon as they know, Not turns round", () => {
  const yes = { Variable: "$.number", NumericEquals: 2 };
  const no = { Variable: "$.number", NumericEquals: 3 };
  const fails = { Variable: "$.absent", NumericEquals: 3 };
  expect(holds({ And: [yes, { Not: no }], Next: "A" })).toBe(true);
  expect(holds({ And: [no, fails] })).toBe(false);
  expect(holds({ Or: [yes, fails] })).toBe(true);
  expect(holds({ Or: [no, { And: [yes, no] }] })).toBe(false);
  expect(() => holds({ And: [yes, fails] })).toThrow("invalid value");
});

test("the variables of a rule are known without running it", () => {
  const rule = {
    Or: [{ Variable: "$one.a", IsNull: true }, { Not: { Variable: "$.b", StringEqualsPath: "$two" } }],
  };
  expect([...compileCondition(rule).variables]).toEqual(["one", "two"]);
});

test.each([
  null,
  {},
  { Variable: "$.a" },
  { Variable: "$.a", StringLike: "b" },
  { Variable: "$.a", StringMatchesPath: "$.b" },
  { Variable: "$.a", IsNullPath: "$.b" },
  { Variable: "a", IsNull: true },
  { IsNull: true },
  { Variable: "$.a", IsNull: "true" },
  { Variable: "$.a", StringEquals: 1 },
  { Variable: "$.a", NumericEquals: "1" },
  { Variable: "$.a", BooleanEquals: null },
  { Variable: "$.a", TimestampEquals: "noon" },
  { Variable: "$.a", StringEqualsPath: "b" },
  { And: [] },
  { Or: { Variable: "$.a", IsNull: true } },
])("%j is no rule", (rule) => {
  expect(() => compileCondition(rule)).toThrow(SyntaxError);
});
