import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnBudget } from "../limits.js";
import { numberProfile, textProfile } from "./column-profile.js";
import { histogram, quantile } from "./histogram.js";
import { Moments } from "./moments.js";
import { NumberStats } from "./number-stats.js";
import { TextStats } from "./text-stats.js";

const budget = columnBudget(10);

function numbers(values: readonly number[]): NumberStats {
  const stats = new NumberStats(budget, 7);
  for (const value of values) stats.add(value);
  return stats;
}

function texts(values: readonly string[]): TextStats {
  const stats = new TextStats(budget, 7);
  for (const value of values) stats.add(Buffer.from(`<${value}>`), 1, 1 + Buffer.byteLength(value));
  return stats;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("moments", () => {
  it("are those of the textbook, to eleven digits of the spread", () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 1_000 }), (values) => {
        const moments = new Moments();
        for (const v of values) moments.add(v);
        const mean = sum(values) / values.length;
        const squares = sum(values.map((v) => (v - mean) ** 2));
        expect(Math.abs(moments.mean - mean)).toBeLessThan(1e-6);
        expect(Math.abs(moments.squares - squares)).toBeLessThanOrEqual(1e-9 * squares + 1e-6);
      }),
    );
  });

  it("do not cancel out far from zero", () => {
    const moments = new Moments();
    for (let i = 0; i < 10_000; i++) moments.add(1e12 + (i % 2));
    expect(moments.squares / 10_000).toBeCloseTo(0.25, 6);
  });
});

describe("quantiles and histogram", () => {
  const weighted = { values: Float64Array.of(1, 2, 10), weights: Float64Array.of(1, 2, 1) };

  it("take the smallest value that the asked share does not exceed", () => {
    expect([0, 0.25, 0.26, 0.75, 0.76, 1].map((at) => quantile(weighted, at))).toEqual([1, 1, 2, 2, 10, 10]);
  });

  it("give integers whole bars, a day to a day and the last value its place", () => {
    expect(histogram(weighted, 1, 10, 1).edges).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(histogram(weighted, 1, 10, 1).counts).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(histogram(weighted, 1, 10, 0, 3)).toEqual({ edges: [1, 4, 7, 10], counts: [3, 0, 1] });
    const same = { values: Float64Array.of(5), weights: Float64Array.of(4) };
    expect(histogram(same, 5, 5, 0)).toEqual({ edges: [5, 5], counts: [4] });
    expect(histogram(same, 5, 5, 1)).toEqual({ edges: [5, 6], counts: [4] });
  });

  it("count every value once, over the widest range too", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        (values) => {
          const stats = numbers(values);
          const { edges, counts } = histogram(stats.weighted(), stats.min, stats.max, 0);
          expect(sum(counts)).toBe(values.length);
          expect(edges.every((edge, i) => i === 0 || edge >= (edges[i - 1] as number))).toBe(true);
          expect(edges.every(Number.isFinite)).toBe(true);
        },
      ),
      // Among the smallest doubles there is no room for twenty bars.
      { examples: [[[-5e-324, -2e-323]]] },
    );
  });
});

describe("profile of numbers", () => {
  it("is exact while the distinct values are few", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 400 }), (values) => {
        const profile = numberProfile({ name: "n", type: "integer", nulls: 3 }, numbers(values));
        const sorted = [...values].sort((a, b) => a - b);
        expect(profile).toMatchObject({ count: values.length, nulls: 3, min: sorted[0], max: sorted.at(-1) });
        expect(profile.distinct).toEqual({ count: new Set(values).size, exact: true });
        expect(profile.mean).toBeCloseTo(sum(values) / values.length, 9);
        const points = [0.05, 0.25, 0.5, 0.75, 0.95].map((at) => {
          const value = sorted.find((v) => sorted.filter((other) => other <= v).length >= at * sorted.length);
          return { at, value };
        });
        expect(profile.quantiles).toEqual({ exact: true, points });
        expect(sum(profile.histogram?.counts ?? [])).toBe(values.length);
      }),
    );
  });

  it("says where sketches stood in", () => {
    const profile = numberProfile(
      { name: "n", type: "integer", nulls: 0 },
      numbers(Array.from({ length: 50_000 }, (_, i) => i)),
    );
    expect(profile.distinct.exact).toBe(false);
    expect(profile.quantiles?.exact).toBe(false);
    expect(profile.histogram?.exact).toBe(false);
    expect(profile.top.maxError).toBeGreaterThan(0);
    expect(profile.top.values).toEqual([]);
    expect(profile).toMatchObject({ min: 0, max: 49_999, mean: 24_999.5 });
    expect(Math.abs(profile.distinct.count - 50_000)).toBeLessThan(2_000);
  });

  it("shows dates as dates and booleans as such", () => {
    const day = 86_400_000;
    const dates = numberProfile({ name: "d", type: "date", nulls: 0 }, numbers([0, day, day, 3 * day]));
    expect(dates).toMatchObject({ min: "1970-01-01", max: "1970-01-04", mean: "1970-01-02" });
    expect(dates.top.values[0]).toEqual({ value: "1970-01-02", count: 2 });
    expect(dates.histogram).toMatchObject({
      edges: ["1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04", "1970-01-05"],
      counts: [1, 2, 0, 1],
    });
    const truths = numberProfile({ name: "b", type: "boolean", nulls: 0 }, numbers([1, 1, 0]));
    expect(truths.top.values).toEqual([
      { value: true, count: 2 },
      { value: false, count: 1 },
    ]);
    expect(truths).toMatchObject({ histogram: null, quantiles: null, min: 0, max: 1 });
  });

  it("has no number where there is none", () => {
    const none = numberProfile({ name: "n", type: "number", nulls: 9 }, numbers([]));
    expect(none).toMatchObject({ count: 0, min: null, max: null, mean: null, stddev: null, quantiles: null });
    const wide = numberProfile({ name: "n", type: "number", nulls: 0 }, numbers([1e308, -1e308, 1.5e308]));
    expect(JSON.parse(JSON.stringify(wide))).toEqual(wide);
  });
});

describe("profile of text", () => {
  it("counts characters, not bytes, and each text once", () => {
    const profile = textProfile(
      { name: "t", type: "string", nulls: 1 },
      texts(["é", "日本", "😀", "é", "abcde"]),
    );
    expect(profile).toMatchObject({ count: 5, nulls: 1, distinct: { count: 4, exact: true } });
    expect(profile.length).toEqual({ min: 1, max: 5, mean: 2 });
    expect(profile.top.values[0]).toEqual({ value: "é", count: 2 });
  });

  it("tells apart all texts of a kind", () => {
    const some = fc.uniqueArray(fc.string({ unit: fc.constantFrom("a", "b", "\0"), maxLength: 12 }), {
      maxLength: 500,
    });
    fc.assert(
      fc.property(some, (values) => {
        expect(texts(values).frequencies.distinct).toBe(values.length);
      }),
    );
  });
});
