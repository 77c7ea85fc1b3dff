import fc from "fast-check";
import jsonata from "jsonata";
import { expect, test } from "vitest";
import { compileDirect } from "./direct.js";
import { LEFT } from "./direct-values.js";
import { Sight } from "./sight.js";
import type { AstNode } from "./syntax-tree.js";
import { scopeOf } from "./testing/evaluate.js";

const BUILT_IN = new Set(["exists", "boolean", "not", "string", "count", "sum", "uppercase", "lowercase"]);

const names = fc.constantFrom("a", "b", "c", "0", "a b");
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, "", "a", "x y", 0, 1, -2, 1.5, 0.1 + 0.2, 1e21),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(names, tie("json"), { maxKeys: 4 }),
  ),
}));

const path = fc
  .tuple(
    fc.constantFrom("$states.input", "$states.input", "$states.result", "$states", "$x", "$y", "$none"),
    fc.array(
      fc.tuple(
        fc.constantFrom(".a", ".b", ".c", ".`0`", '."a b"', ""),
        fc.constantFrom("", "", "", "", "[0]", "[1]", "[-1]", "[]", "[0.5]", "[0][0]"),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([start, steps]) => start + steps.map((step) => step.join("")).join(""));
const literal = fc.constantFrom("1", "-2.5", "0", "'a'", "''", "null", "true", "false", "'['", "-$x.a");
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const part = tie("expression");
  return {
    expression: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 6, arbitrary: path },
      { weight: 2, arbitrary: literal },
      {
        weight: 3,
        arbitrary: fc
          .array(fc.tuple(names, part), { maxLength: 3 })
          .map((members) => `{${members.map(([key, value]) => `"${key}": ${value}`).join(", ")}}`),
      },
      { weight: 2, arbitrary: fc.array(part, { maxLength: 3 }).map((items) => `[${items.join(", ")}]`) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(part, fc.constantFrom(..."& = != < <= > >= + - * / % and or in ?: ??".split(" ")), part)
          .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
      },
      { weight: 1, arbitrary: fc.tuple(part, part, part).map(([a, b, c]) => `((${a}) ? ${b} : ${c})`) },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.constantFrom(...BUILT_IN), part).map(([name, of]) => `$${name}(${of})`),
      },
    ),
  };
});

/** As JSON, and with what JSON hides told apart. */
function written(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === "number" && !Number.isFinite(part) ? `number ${part}` : part,
    ) ?? "undefined"
  );
}

async function byJsonata(source: string, bindings: Record<string, unknown>): Promise<string> {
  try {
    return written(
      await jsonata(source, { sequence: 1_000_000 }).evaluate(undefined, structuredClone(bindings)),
    );
  } catch (error) {
    return `error ${(error as { code?: string }).code}`;
  }
}

test("an expression computed directly has the value that jsonata computes", async () => {
  let direct = 0;
  let all = 0;
  let defined = 0;
  const property = fc.asyncProperty(
    expression,
    json,
    json,
    json,
    json,
    async (source, input, result, x, y) => {
      const sight = new Sight(
        scopeOf({
          states: { input, context: {}, result },
          variables: { x: JSON.stringify(x), y: JSON.stringify(y) },
        }),
      );
      all += 1;
      const compute = compileDirect(jsonata(source).ast() as unknown as AstNode, (name) =>
        BUILT_IN.has(name),
      );
      if (compute === undefined) return;
      let value: unknown;
      try {
        value = compute(sight);
      } catch (error) {
        expect(error).toBe(LEFT);
        return;
      }
      direct += 1;
      if (value !== undefined) defined += 1;
      const states = { input, context: {}, result };
      expect(written(value)).toBe(await byJsonata(source, { states, x, y }));
    },
  );
  await fc.assert(property, { numRuns: 3_000 });
  // Otherwise the property would hold of nothing.
  expect(direct / all).toBeGreaterThan(0.5);
  expect(defined / all).toBeGreaterThan(0.25);
}, 60_000);
