import { expect, test } from "vitest";
import { sketchOf } from "./sketch.js";

const text = { type: "string" };

test("shows what JSON a field takes", () => {
  const agent = { type: "object", properties: { name: text, weight: { type: "number" } } };
  expect(sketchOf({ type: "array", items: agent })).toBe('[{"name":"...","weight":0}]');
  expect(sketchOf({ type: "array", items: { enum: ["TV", "Phone"] } })).toBe('["TV"]');
  expect(sketchOf({ anyOf: [{ type: "array", items: text }, { type: "null" }] })).toBe('["..."]');
});

test("says of what may be anything only that it has names and values", () => {
  expect(sketchOf({ type: "object" })).toBe('{ "...": "..." }');
});
