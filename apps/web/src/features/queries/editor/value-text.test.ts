import { type Parameter, parameterSchema } from "@longhaul/workflows/contracts";
import { describe, expect, it } from "vitest";
import { problemsOf, textOf, valueOf, valuesOf } from "./value-text.js";

const parameter = (type: string, more: object = {}): Parameter =>
  parameterSchema.parse({
    name: "x",
    type,
    ...(type === "enum" ? { options: [{ value: "a" }] } : {}),
    ...more,
  });

describe("what is written into a field", () => {
  it.each([
    ["integer", "1,000", 1000, "1000"],
    ["integer", "591234567890123456", "591234567890123456", "591234567890123456"],
    ["number", "-0.5", -0.5, "-0.5"],
    ["string", " a ", " a ", " a "],
    ["string_list", "a\n\n b \n", ["a", "b"], "a\nb"],
    ["boolean", "false", false, "false"],
    ["date", "2026-01-31", "2026-01-31", "2026-01-31"],
    ["timestamp", "2026-01-31T10:00", "2026-01-31T10:00Z", "2026-01-31T10:00"],
    ["enum", "a", "a", "a"],
  ])("%s: %j", (type, text, value, shown) => {
    expect(valueOf(parameter(type), text)).toEqual(value);
    expect(textOf(parameter(type), value)).toBe(shown);
    expect(problemsOf([parameter(type)], { x: value })).toEqual({});
  });

  it("is nothing while it is empty, and is named while it is wrong", () => {
    expect(valueOf(parameter("integer"), "  ")).toBeUndefined();
    const wrong = { x: valueOf(parameter("integer"), "seven") as string };
    expect(problemsOf([parameter("integer")], wrong)).toEqual({ x: "Enter a whole number." });
    expect(problemsOf([parameter("integer")], {})).toEqual({ x: "This is needed." });
    expect(problemsOf([parameter("integer", { default: 3 })], {})).toEqual({});
  });

  it("belongs to a parameter that there is", () => {
    expect(valuesOf([parameter("string")], { x: "a", gone: 1 })).toEqual({ x: "a" });
  });
});
