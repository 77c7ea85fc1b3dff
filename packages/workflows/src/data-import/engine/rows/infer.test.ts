import { describe, expect, it } from "vitest";
import { Kind } from "./cell.js";
import { inferType, kindCounts } from "./infer.js";

function typeOf(counts: Partial<Record<keyof typeof Kind, number>>) {
  const all = kindCounts();
  for (const [kind, count] of Object.entries(counts)) all[Kind[kind as keyof typeof Kind]] = count;
  return inferType(all);
}

describe("inferType", () => {
  it("takes the narrowest type that all values have", () => {
    expect(typeOf({ Integer: 10 })).toBe("integer");
    expect(typeOf({ Integer: 9, Decimal: 1 })).toBe("number");
    expect(typeOf({ Date: 10 })).toBe("date");
    expect(typeOf({ Date: 9, DateTime: 1 })).toBe("datetime");
    expect(typeOf({ Boolean: 3 })).toBe("boolean");
    expect(typeOf({ Text: 1, Integer: 1 })).toBe("string");
  });

  it("does not count what is missing", () => {
    expect(typeOf({ Integer: 1, Empty: 90, Missing: 9 })).toBe("integer");
    expect(typeOf({ Empty: 5, Missing: 5 })).toBe("empty");
  });

  it("holds to a type that 95 of 100 values have, and to no lesser one", () => {
    expect(typeOf({ Integer: 95, Text: 5 })).toBe("integer");
    expect(typeOf({ Integer: 94, Text: 6 })).toBe("string");
  });

  it("takes a column of codes for text, but lets a rare leading zero pass", () => {
    expect(typeOf({ Integer: 90, Code: 10 })).toBe("string");
    expect(typeOf({ Integer: 995, Code: 5 })).toBe("integer");
  });
});
