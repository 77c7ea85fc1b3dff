import { describe, expect, test } from "vitest";
import { compileTemplate, evaluate, evaluateAs, evaluateText, expressionsIn } from "./template.js";
import { type Given, scopeOf } from "./testing/evaluate.js";

const given: Given = { states: { input: { a: [1, 2], name: "n" }, context: {} } };

function compute(value: unknown): unknown {
  return evaluate(compileTemplate(value), scopeOf(given), "Output");
}

describe("a field is computed", () => {
  test("at once, where no expression needs jsonata", () => {
    const value = {
      text: "plain",
      list: ["{% $states.input.a %}", 1],
      deep: { name: "{% $states.input.name %}" },
    };
    expect(compute(value)).toEqual({ text: "plain", list: [[1, 2], 1], deep: { name: "n" } });
  });

  test("later, where one does", async () => {
    const value = { first: "{% $states.input.name %}", sums: [0, "{% $sum([1, 2].$) %}"], last: true };
    const later = compute(value);
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toEqual({ first: "n", sums: [0, 3], last: true });
  });

  test("in the order in which it is written", async () => {
    const value = ["{% $uuid() %}", { b: "{% $uuid() %}", a: "{% $uuid() %}" }];
    const [first, { b, a }] = (await compute(value)) as [string, { b: string; a: string }];
    const { random } = scopeOf();
    expect([first, b, a]).toEqual([random.uuid(), random.uuid(), random.uuid()]);
  });

  test("with names that every object has", () => {
    const value = JSON.parse('{"__proto__": "{% 1 %}", "constructor": "{% 2 %}"}') as unknown;
    expect(JSON.stringify(compute(value))).toBe('{"__proto__":1,"constructor":2}');
  });
});

describe("what fails names its place in the field", () => {
  test.each([
    ["{% $none %}", "Output"],
    [{ a: "{% $none %}" }, "Output/a"],
    [{ a: [0, { b: "{% $none %}" }] }, "Output/a[1]/b"],
    [{ a: ["{% $uuid() %}", "{% $sum($none) %}"] }, "Output/a[1]"],
  ])("%j", async (value, location) => {
    const failing = async (): Promise<unknown> => compute(value);
    await expect(failing()).rejects.toMatchObject({ error: "States.QueryEvaluationError", location });
    await expect(failing()).rejects.toThrow(
      `specified for the field '${location}' returned nothing (undefined).`,
    );
  });
});

describe("a field over 256 KiB is refused before it is written", () => {
  const input = "x".repeat(200_000);
  test.each([
    [["{% $states.input %}", "{% $states.input %}"]],
    [Array.from({ length: 40 }, () => "{% $states.input %}")],
  ])("%#", (value) => {
    const text = (): unknown =>
      evaluateText(compileTemplate(value), scopeOf({ states: { input, context: {} } }), "Output");
    expect(text).toThrow(expect.objectContaining({ error: "States.DataLimitExceeded" }));
  });
});

describe("a field must be of its type", () => {
  test.each([
    ["number", "{% 'string' %}", "Expected 'number', but was 'string' for value: \"string\""],
    ["array", "{% {'foo': 'bar'} %}", "Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}"],
    ["array", "{% null %}", "Expected 'array', but was 'null' for value: null"],
    ["string", "{% [1] %}", "Expected 'string', but was 'array' for value: [1]"],
    ["boolean", "{% 0 %}", "Expected 'boolean', but was 'number' for value: 0"],
  ] as const)("%s, not %s", (kind, value, message) => {
    const read = (): unknown => evaluateAs(kind, compileTemplate(value), scopeOf(given), "Items");
    expect(read).toThrow(`specified for the field 'Items' returned an unexpected result type. ${message}`);
  });

  test("and is", () => {
    expect(evaluateAs("array", compileTemplate([1, "{% 2 %}"]), scopeOf(given), "Items")).toEqual([1, 2]);
  });
});

test("expressions are found with their places", () => {
  const template = compileTemplate({ a: ["{% $x %}", 1], b: "{% $y %}", c: "{%" });
  const found = [...expressionsIn(template, "Output")].map(([path, { source }]) => [path, source]);
  expect(found).toEqual([
    ["Output/a[0]", "$x"],
    ["Output/b", "$y"],
  ]);
});
