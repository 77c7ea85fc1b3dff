import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkTemplate,
  checkValue,
  maxSqlLength,
  type Parameter,
  parameterSchema,
  parametersIn,
  parametersSchema,
  renderTemplate,
  type TemplateProblemCode,
} from "./template.js";

type Schema = Parameter["type"] | Record<string, unknown>;

/** Parameters by name; a type alone stands for the plainest parameter of that type. */
function schema(parameters: Record<string, Schema>): Parameter[] {
  return parametersSchema.parse(
    Object.entries(parameters).map(([name, one]) => ({
      name,
      ...(typeof one === "string" ? { type: one } : one),
      ...(one === "enum" ? { options: [{ value: "a" }] } : {}),
    })),
  );
}

function render(sql: string, parameters: Record<string, Schema>, values: Record<string, unknown>) {
  const rendered = renderTemplate(sql, schema(parameters), values);
  return rendered.ok ? rendered.sql : rendered.problems.map(({ code }) => code).join(",");
}

const one = (type: Schema, value: unknown) => render("SELECT {{x}} AS x", { x: type }, { x: value });

describe("values", () => {
  it.each<[Schema, unknown, string]>([
    ["date", "2026-02-28", "DATE '2026-02-28'"],
    ["timestamp", "2026-02-28T23:30:00-02:00", "TIMESTAMP '2026-03-01 01:30:00'"],
    ["timestamp", "2026-02-28T23:30Z", "TIMESTAMP '2026-02-28 23:30:00'"],
    ["timestamp", "2026-02-28T23:30:01.5Z", "TIMESTAMP '2026-02-28 23:30:01.500'"],
    ["integer", 7, "7"],
    ["integer", -7, "(-7)"],
    ["integer", "591234567890123456", "591234567890123456"],
    ["integer", "-9223372036854775808", "(-9223372036854775808)"],
    ["number", 0.1, "0.1"],
    ["number", -1e21, "(-1e+21)"],
    ["number", -0, "0"],
    ["string", "O'Brien; DROP TABLE x --", "'O''Brien; DROP TABLE x --'"],
    ["string", "{{y}} $1 ? /* */", "'{{y}} $1 ? /* */'"],
    ["string", "", "''"],
    ["boolean", false, "FALSE"],
    ["enum", "a", "'a'"],
    [{ type: "string", required: false }, null, "NULL"],
    [{ type: "string", default: "it's" }, undefined, "'it''s'"],
  ])("%j: %j is written %s", (type, value, sql) => {
    expect(one(type, value)).toBe(`SELECT ${sql} AS x`);
  });

  it.each<[Schema, unknown]>([
    ["date", "2026-02-30"],
    ["date", "2026-2-3"],
    ["date", "2026-02-28'"],
    ["date", "2026-02-28T00:00:00Z"],
    ["date", 20260228],
    [{ type: "date", min: "2026-01-01" }, "2025-12-31"],
    [{ type: "date", max: "2026-01-01" }, "2026-01-02"],
    ["timestamp", "2026-02-28T23:30:00"],
    ["timestamp", "2026-02-30T00:00:00Z"],
    ["timestamp", "9999-12-31T23:59:59-14:00"],
    ["timestamp", "2026-02-28T25:00:00Z"],
    [{ type: "timestamp", min: "2026-01-01T00:00:00Z" }, "2026-01-01T00:30:00+01:00"],
    ["integer", 1.5],
    ["integer", 2 ** 53],
    ["integer", "1; DROP TABLE x"],
    ["integer", "1e3"],
    ["integer", "9223372036854775808"],
    ["integer", " 1"],
    [{ type: "integer", min: 1, max: 9 }, 0],
    [{ type: "integer", min: 1, max: 9 }, "10"],
    ["number", Number.NaN],
    ["number", Number.POSITIVE_INFINITY],
    ["number", "1"],
    [{ type: "number", max: 1 }, 1.01],
    ["string", "a\nb"],
    ["string", "a\0"],
    ["string", "a\\"],
    ["string", "\ud800"],
    ["string", "a\u2028b"],
    ["string", "\u202egnp"],
    ["string", "a".repeat(1_001)],
    ["string", { toString: () => "x" }],
    [{ type: "string", maxLength: 2 }, "abc"],
    [{ type: "string", minLength: 2 }, "a"],
    ["boolean", "true"],
    ["boolean", 1],
    ["enum", "b"],
    ["enum", ["a"]],
  ])("%j: %j is refused", (type, value) => {
    expect(one(type, value)).toBe("VALUE_INVALID");
  });

  it("of a list stand between commas, and only where several may stand", () => {
    const list = { x: "string_list" } as const;
    const values = { x: ["a", "b'c"] };
    expect(render("SELECT a FROM t WHERE a IN ({{x}})", list, values)).toMatch(/IN \('a', 'b''c'\)$/);
    expect(render("SELECT a FROM t WHERE a in ('z', {{x}})", list, values)).toMatch(/'z', 'a', 'b''c'\)$/);
    expect(render("SELECT ARRAY[{{x}}] AS a", list, values)).toContain("ARRAY['a', 'b''c']");
    for (const sql of ["SELECT {{x}} AS a", "SELECT a FROM t WHERE a = {{x}}", "SELECT f({{x}}) AS a"]) {
      expect(render(sql, list, values), sql).toBe("PARAMETER_MISPLACED");
    }
    const within = "SELECT a FROM t WHERE a IN (SELECT {{x}} FROM u)";
    expect(render(within, list, values)).toBe("PARAMETER_MISPLACED");
    const inList = "SELECT a FROM t WHERE a IN ({{x}})";
    expect(render(inList, list, { x: [] })).toBe("VALUE_INVALID");
    expect(render(inList, list, { x: ["a", ""] })).toBe("VALUE_INVALID");
    expect(render(inList, list, { x: "a" })).toBe("VALUE_INVALID");
    expect(render(inList, { x: { type: "string_list", maxItems: 1 } }, values)).toBe("VALUE_INVALID");
    expect(render(inList, { x: { type: "string_list", required: false } }, {})).toMatch(/IN \(NULL\)$/);
  });

  it("that are missing, unknown or inherited are refused", () => {
    expect(render("SELECT {{x}} AS x", { x: "string" }, {})).toBe("VALUE_MISSING");
    expect(render("SELECT {{x}} AS x", { x: "string" }, { x: null })).toBe("VALUE_MISSING");
    expect(render("SELECT {{toString}} AS x", Object.fromEntries([["toString", "string"]]), {})).toBe(
      "VALUE_MISSING",
    );
    expect(render("SELECT 1 AS x", {}, { y: 1 })).toBe("VALUE_UNUSED");
    const hidden = JSON.parse('{"x": "a", "__proto__": "b"}') as Record<string, unknown>;
    expect(render("SELECT {{x}} AS x", { x: "string" }, hidden)).toBe("VALUE_UNUSED");
  });

  it("say beside their field what is wrong", () => {
    const [days] = schema({ days: { type: "integer", min: 1 } });
    expect(checkValue(days as Parameter, 0)).toBe("Enter 1 or more.");
    expect(checkValue(days as Parameter, 1)).toBeNull();
    expect(checkValue(days as Parameter, undefined)).toBe("This is needed.");
  });
});

describe("a parameter stands where a value may", () => {
  it.each([
    "SELECT a FROM t WHERE a > {{x}} AND b BETWEEN {{x}} AND {{x}}",
    "SELECT CASE WHEN a = {{x}} THEN {{x}} ELSE {{x}} END AS b, {{x}} AS c FROM t LIMIT {{x}}",
    "WITH q AS (SELECT a FROM t WHERE a = {{x}}) SELECT a, COUNT(*) FROM q GROUP BY a HAVING COUNT(*) >= {{x}};",
    "SELECT a FROM t JOIN u ON t.a = u.a AND u.b = {{x}} JOIN v ON (v.a = {{x}} OR v.b = {{x}})",
    "SELECT EXTRACT(DAY FROM {{x}}) AS d FROM t WHERE a IS DISTINCT FROM {{x}} AND b IS NOT DISTINCT FROM {{x}}",
    "SELECT a FROM f({{x}}, {{x}}) AS g WHERE a IN ({{x}}, {{x}}) -- no more\n",
    "SELECT SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN {{x}} PRECEDING AND CURRENT ROW) AS s FROM t",
    "SELECT COUNT(*) FILTER (WHERE a = {{x}}) AS n, CAST({{x}} AS VARCHAR) AS v, {{x}}::VARCHAR AS w FROM t",
    "SELECT a FROM (SELECT b AS a FROM t WHERE c = ({{x}})) q WHERE NOT {{x}} = a OR a LIKE {{x}}",
    "SELECT a[{{x}}] AS a, '{' AS brace, \"{\" FROM t /* { */ WHERE a -{{x}} > 0",
    "SELECT a FROM t WHERE b >= CURRENT_DATE - INTERVAL {{x}} DAY",
    "SELECT a FROM t WHERE b SIMILAR TO {{x}} AND {{x}} SIMILAR TO b AND c = TRIM(BOTH {{x}} FROM b)",
  ])("%s", (sql) => {
    expect(checkTemplate(sql, schema({ x: "integer" }))).toEqual([]);
  });

  it.each([
    "SELECT a FROM {{x}}",
    "SELECT a FROM t, {{x}}",
    "SELECT a FROM t JOIN {{x}} ON TRUE",
    "SELECT a FROM t JOIN u ON t.a = u.a, {{x}}",
    "SELECT a FROM (t, {{x}})",
    "SELECT a FROM ({{x}})",
    "SELECT a FROM (({{x}}))",
    "SELECT a FROM t WHERE a IN (FROM {{x}})",
    "SELECT a FROM t WHERE a = (FROM {{x}})",
    "SELECT ARRAY(FROM {{x}}) AS a",
    "SELECT ARRAY(SELECT a FROM t, {{x}}) AS a",
    "SELECT DISTINCT FROM {{x}}",
    "SELECT a FROM t WHERE b AND EXISTS (SELECT 1 FROM {{x}})",
    "SELECT a AS {{x}} FROM t",
    "SELECT {{x}} label FROM t",
    "SELECT t.{{x}} FROM t",
    "SELECT {{x}}.a FROM t",
    "SELECT {{x}}(1) FROM t",
    "SELECT a{{x}} FROM t",
    "SELECT {{x}}a FROM t",
    "SELECT 'a'{{x}} AS a",
    "SELECT 'a' {{x}} AS a",
    "SELECT {{x}} 'a' AS a",
    "SELECT {{x}}{{x}} AS a",
    "SELECT 1{{x}} AS a",
    "SELECT {{x}}1 AS a",
    'SELECT "a"{{x}} FROM t',
    "SELECT a::{{x}} FROM t",
    "SELECT DATE {{x}} AS a",
    "SELECT a FROM t WHERE a IN {{x}}",
    "SELECT a FROM t GROUP BY {{x}}",
    "SELECT a FROM t ORDER BY {{x}}",
    "SELECT a FROM t UNION ALL {{x}}",
    "SELECT f(a) {{x}} FROM t",
    "SELECT '{{x}}' AS a",
    "SELECT 'it''s {{x}}' AS a",
    'SELECT "{{x}}" FROM t',
    "SELECT 1 AS a -- {{x}}",
    "SELECT 1 AS a /* {{x}} */",
    "SELECT 1 AS a --{{x}}\n, {{x}} AS b",
  ])("and not here: %s", (sql) => {
    const rendered = renderTemplate(sql, schema({ x: "string" }), { x: "/etc/passwd" });
    const codes = rendered.ok ? rendered.sql : rendered.problems.map(({ code }) => code);
    expect(["PARAMETER_MISPLACED", "SQL_INVALID"]).toContain(codes[0]);
  });
});

it("is a token of its own, also where it stands at a word's side", () => {
  const sql = "SELECT CASE WHEN{{b}}THEN{{n}}ELSE{{s}}END AS v FROM t WHERE a={{n}}AND{{b}}";
  expect(render(sql, { b: "boolean", n: "integer", s: "string" }, { b: true, n: 1, s: "x" })).toBe(
    "SELECT CASE WHEN TRUE THEN 1 ELSE 'x' END AS v FROM t WHERE a=1 AND TRUE",
  );
});

describe("a template", () => {
  it.each<[TemplateProblemCode, string]>([
    ["NOT_A_QUERY", ""],
    ["NOT_A_QUERY", " -- nothing\n;"],
    ["NOT_A_QUERY", "DELETE FROM t"],
    ["NOT_A_QUERY", "FROM t"],
    ["NOT_A_QUERY", "(SELECT 1)"],
    ["NOT_A_QUERY", "WITH a AS (SELECT 1) DELETE FROM t"],
    ["NOT_A_QUERY", "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a"],
    ["NOT_A_QUERY", "SELECT a INTO u FROM t"],
    ["MANY_STATEMENTS", "SELECT 1; SELECT 2"],
    ["MANY_STATEMENTS", "SELECT 1;;"],
    ["SQL_INVALID", "SELECT 'a"],
    ["SQL_INVALID", 'SELECT "a'],
    ["SQL_INVALID", "SELECT 1 /* a"],
    ["SQL_INVALID", "SELECT 1 /* a /* b */ c */"],
    ["SQL_INVALID", "SELECT (1"],
    ["SQL_INVALID", "SELECT 1)"],
    ["SQL_INVALID", "SELECT (a]"],
    ["SQL_INVALID", "SELECT $$a$$"],
    ["SQL_INVALID", "SELECT E'a\\'b'"],
    ["SQL_INVALID", "SELECT 'a\\' AS b"],
    ["SQL_INVALID", "SELECT $1"],
    ["SQL_INVALID", "SELECT `a`"],
    ["SQL_INVALID", "SELECT 1 -- a\r, 2"],
    ["SQL_INVALID", "SELECT\u00a01"],
    ["SQL_INVALID", "SELECT {a}"],
    ["SQL_INVALID", "SELECT 1 AS \u0000a"],
    ["SQL_INVALID", `SELECT '${"a".repeat(maxSqlLength)}'`],
    ["PARAMETER_INVALID", "SELECT {{ }} AS a"],
    ["PARAMETER_INVALID", "SELECT {{1a}} AS a"],
    ["PARAMETER_INVALID", "SELECT {{a b}} AS a"],
    ["PARAMETER_INVALID", "SELECT {{a"],
    ["PARAMETER_UNKNOWN", "SELECT {{nobody}} AS a"],
  ])("is refused with %s: %s", (code, sql) => {
    expect(checkTemplate(sql, []).map((problem) => problem.code)[0]).toBe(code);
  });

  it("is refused with the place", () => {
    const sql = "SELECT a\r\nFROM t\r\nWHERE b = '{{day}}'";
    const [problem] = checkTemplate(sql, schema({ day: "date" }));
    expect(problem?.place).toEqual({ from: 28, to: 37, line: 3, column: 11 });
    expect(sql.slice(28, 37)).toBe("'{{day}}'");
    const [missing] = checkTemplate("SELECT {{ a }} AS a,\n {{b}} AS b", schema({ a: "date" }));
    expect(missing).toMatchObject({
      code: "PARAMETER_UNKNOWN",
      parameter: "b",
      place: { line: 2, column: 2 },
    });
    const rendered = renderTemplate("SELECT {{ a }} AS a", schema({ a: "date" }), { a: "x" });
    expect(rendered).toMatchObject({ problems: [{ place: { from: 7, to: 14 }, parameter: "a" }] });
  });

  it.each([
    ["SELECT\u00a0a FROM t", "U+00A0", 7],
    ["\ufeffSELECT a FROM t", "U+FEFF", 1],
    ["SELECT a FROM t WHERE\u200bb", "U+200B", 22],
  ])("says of a character that nobody sees which it is: %j", (sql, name, column) => {
    const [problem] = checkTemplate(sql, []);
    expect(problem).toMatchObject({ code: "SQL_INVALID", place: { line: 1, column } });
    expect(problem?.message).toContain(name);
  });

  it("has no parameter that it does not use", () => {
    const [problem] = checkTemplate("SELECT 1 AS a", schema({ days: "integer" }));
    expect(problem).toMatchObject({ code: "PARAMETER_UNUSED", parameter: "days" });
  });

  it("loses its semicolon and what comes after it", () => {
    expect(render("SELECT 1 AS a ; -- done\n", {}, {})).toBe("SELECT 1 AS a");
  });

  it("names its parameters in their order", () => {
    expect(parametersIn("SELECT {{b}}, {{ a }}, {{b}}, '{{c}}'")).toEqual(["b", "a"]);
  });
});

describe("a schema", () => {
  it.each([
    [{ name: "1a", type: "date" }],
    [{ name: "a-b", type: "date" }],
    [{ name: "a", type: "sql" }],
    [{ name: "a", type: "date", extra: 1 }],
    [{ name: "a", type: "enum", options: [] }],
    [{ name: "a", type: "enum", options: [{ value: "x" }], default: "y" }],
    [{ name: "a", type: "integer", min: 2, max: 1 }],
    [{ name: "a", type: "date", default: "2026-02-31" }],
    [{ name: "a", type: "integer", max: 5, default: 6 }],
    [{ name: "a", type: "string", default: "a\\" }],
    [
      { name: "a", type: "date" },
      { name: "a", type: "string" },
    ],
  ])("%j is refused", (...parameters) => {
    expect(parametersSchema.safeParse(parameters).success).toBe(false);
  });
});

/** A reader of the standard's SQL of its own: what its strings say, and all that is neither string nor comment. */
function read(sql: string): { strings: string[]; rest: string } {
  const strings: string[] = [];
  let rest = "";
  for (let at = 0; at < sql.length; at += 1) {
    const character = sql.charAt(at);
    const quoted = /['"]/.test(character);
    if (quoted) {
      let text = "";
      for (at += 1; sql[at] !== character || sql[at + 1] === character; at += 1) {
        if (at >= sql.length) throw new Error(`this string has no end: ${sql}`);
        if (sql[at] === character) at += 1;
        text += sql[at];
      }
      if (character === "'") strings.push(text);
    } else if (sql.startsWith("--", at)) {
      while (at < sql.length && sql[at] !== "\n") at += 1;
    } else rest += character;
  }
  return { strings, rest };
}

describe("whatever the value", () => {
  const hostile = fc.string({
    unit: fc.constantFrom("'", '"', "\\", "-", "/", "*", ";", "{{x}}", "}", "$", "\n", "a", "é", "😀"),
  });
  const text = fc.oneof(hostile, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
  const sql =
    "SELECT a - {{x}} AS b, f('it''s', {{x}}) FROM \"t\"\"\" WHERE c = {{x}} -- end\n AND d IN ({{x}})";

  it("a string's literal reads back as the string and changes no other token", () => {
    const plain = read(render(sql, { x: "string" }, { x: "plain" }));
    fc.assert(
      fc.property(text, (value) => {
        const rendered = renderTemplate(sql, schema({ x: "string" }), { x: value });
        if (!rendered.ok) {
          expect(rendered.problems[0]?.code).toBe("VALUE_INVALID");
          return;
        }
        expect(read(rendered.sql).rest).toBe(plain.rest);
        expect(read(rendered.sql).strings).toEqual([value, "it's", value, value, value]);
      }),
      { numRuns: 500 },
    );
  });

  it("a list's literal reads back as the list", () => {
    const within = "SELECT a FROM t WHERE a IN ({{x}}) AND b = 'z'";
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (values) => {
        const rendered = renderTemplate(within, schema({ x: "string_list" }), { x: values });
        if (!rendered.ok) {
          expect(rendered.problems[0]?.code).toBe("VALUE_INVALID");
          return;
        }
        expect(read(rendered.sql).strings).toEqual([...values, "z"]);
      }),
      { numRuns: 300 },
    );
  });

  it("a number reads back as the number, and never makes a comment", () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    fc.assert(
      fc.property(value, (number) => {
        const rendered = render("SELECT 1 -{{x}}- 1 AS a", { x: "number" }, { x: number });
        const [, literal = ""] = /^SELECT 1 -\(?(.*?)\)?- 1 AS a$/.exec(rendered) ?? [];
        expect(Number(literal)).toBe(number === 0 ? 0 : number);
        expect(rendered).not.toContain("--");
      }),
    );
  });

  it("a whole number reads back exactly, however large", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        const rendered = one("integer", number.toString());
        expect(BigInt(rendered.replace(/^SELECT \(?|\)? AS x$/g, ""))).toBe(number);
      }),
    );
  });

  it("a time reads back as the time in UTC", () => {
    const year = { min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(year), (at) => {
        const [, literal = ""] = /'(.*)'/.exec(one("timestamp", at.toISOString())) ?? [];
        expect(Date.parse(`${literal.replace(" ", "T")}Z`)).toBe(at.getTime());
        expect(one("date", at.toISOString().slice(0, 10))).toContain(
          `DATE '${at.toISOString().slice(0, 10)}'`,
        );
      }),
    );
  });

  it("nothing else than the declared type is ever written", () => {
    const types = parameterSchema.options.map((option) => option.shape.type.value);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.anything(), (type, value) => {
        const where = "SELECT a FROM t WHERE a IN ({{x}}) AND b = 1";
        const rendered = renderTemplate(where, schema({ x: type }), { x: value });
        if (!rendered.ok) return;
        const { rest } = read(rendered.sql);
        const literal = /^SELECT a FROM t WHERE a IN \((.*)\) AND b = 1$/.exec(rest)?.[1];
        expect(literal).toMatch(/^(?:DATE |TIMESTAMP |TRUE|FALSE|\(-[\d.e+-]+\)|[\d.e+-]+|(?:, )*)$/);
      }),
      { numRuns: 400 },
    );
  });

  it("a long list that stands in a thousand places is refused before it is written there", () => {
    const places = Array.from({ length: 3_000 }, () => "a IN ({{x}})").join(" OR ");
    const long = Array.from({ length: 500 }, (_, n) => `${n}`.padEnd(1_000, "x"));
    // Written, that would be 1.5 GB.
    const rendered = renderTemplate(`SELECT 1 FROM t WHERE ${places}`, schema({ x: "string_list" }), {
      x: long,
    });
    expect(rendered).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining("more than 200,000 characters") }],
    });
    expect(
      render("SELECT 1 FROM t WHERE a IN ({{x}})", { x: "string_list" }, { x: long.slice(0, 150) }),
    ).toContain("149");
  });

  it.each(["--\n)", "{{unknown}}", "{{unknown}}--\n", "({{list}})--\n", "')"])(
    "a text full of %j has its first hundred problems told, not each of thousands with its place",
    (problem) => {
      const sql = `SELECT a, ${problem.repeat(Math.floor((maxSqlLength - 20) / problem.length))}`;
      const problems = checkTemplate(sql, schema({ list: "string_list" }));
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.length).toBeLessThanOrEqual(201);
      expect(problems[0]?.place?.line ?? 1).toBeLessThanOrEqual(2);
    },
  );

  it("any text at all is read or refused, and soon", () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      "/*",
      "*/",
      "--",
      "\n",
      "{{x}}",
      "(",
      ")",
      "[",
      ",",
      "FROM",
      " ",
      ";",
      "a.",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const rendered = renderTemplate(`SELECT ${parts.join("")}`, schema({ x: "integer" }), { x: 1 });
        if (rendered.ok) expect(read(rendered.sql).rest).not.toContain("{{");
      }),
      { numRuns: 500 },
    );
  });
});
