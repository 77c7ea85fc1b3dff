import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { quantile } from "../profile/histogram.js";
import { Frequencies, type Frequent } from "./frequencies.js";
import { mix, seedOf } from "./hash.js";
import { HyperLogLog } from "./hyperloglog.js";
import { KllSketch } from "./kll.js";
import { sortDoubles } from "./sort-doubles.js";
import { TextArena } from "./text-arena.js";

// Hundreds of thousands of values are counted and sorted here.
vi.setConfig({ testTimeout: 30_000 });

/** Numbers from a fixed generator, so that a failure comes again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** How far the share of values up to `value` is from `at`; 0 where `at` falls within equal values. */
function rankError(sorted: readonly number[], value: number, at: number): number {
  const below = sorted.findIndex((v) => v >= value) / sorted.length;
  const above = (sorted.findLastIndex((v) => v <= value) + 1) / sorted.length;
  return Math.max(0, below - at, at - above);
}

const shapes: Record<string, (next: () => number, i: number) => number> = {
  uniform: (next) => next(),
  ascending: (_next, i) => i,
  descending: (_next, i) => -i,
  "with a long tail": (next) => 1 / (next() + 1e-9),
  "of few values": (next) => Math.floor(next() * 3),
  "in waves": (_next, i) => Math.sin(i / 100),
};
const points = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

describe("quantile sketch", () => {
  it.each(Object.keys(shapes))("is within 1 percent of the asked rank, values %s", (shape) => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 600, max: 40_000 }), (seed, n) => {
        const next = random(seed);
        const values = Array.from({ length: n }, (_, i) =>
          (shapes[shape] as (typeof shapes)[string])(next, i),
        );
        const sketch = new KllSketch();
        for (const value of values) sketch.add(value);
        const weighted = sketch.weighted();
        expect(weighted.weights.reduce((sum, weight) => sum + weight, 0)).toBe(n);
        values.sort((a, b) => a - b);
        for (const at of points) expect(rankError(values, quantile(weighted, at), at)).toBeLessThan(0.01);
      }),
      { numRuns: 8 },
    );
  });

  it("is within 1 % too when it starts from counted values", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const next = random(seed);
        const sketch = new KllSketch();
        const values: number[] = [];
        for (let i = 0; i < 3_000; i++) {
          const value = next();
          const count = 1 + Math.floor(next() ** 4 * 40);
          sketch.addWeighted(value, count);
          for (let k = 0; k < count; k++) values.push(value);
        }
        for (let i = 0; i < 20_000; i++) {
          const value = next() * 2;
          sketch.add(value);
          values.push(value);
        }
        const weighted = sketch.weighted();
        expect(weighted.weights.reduce((sum, weight) => sum + weight, 0)).toBe(values.length);
        values.sort((a, b) => a - b);
        for (const at of points) expect(rankError(values, quantile(weighted, at), at)).toBeLessThan(0.01);
      }),
      { numRuns: 5 },
    );
  });

  it("is within 1 % when there are so many values that blocks are drawn from", () => {
    const n = 700_000;
    const next = random(11);
    const values = Float64Array.from({ length: n }, () => next() ** 2);
    const sketch = new KllSketch();
    for (const value of values) sketch.add(value);
    const weighted = sketch.weighted();
    expect(weighted.weights.reduce((sum, weight) => sum + weight, 0)).toBe(n);
    const sorted = Array.from(values.sort());
    for (const at of points) expect(rankError(sorted, quantile(weighted, at), at)).toBeLessThan(0.01);
  });

  it("gives the same answer for the same values", () => {
    const answer = () => {
      const sketch = new KllSketch();
      const next = random(7);
      for (let i = 0; i < 10_000; i++) sketch.add(next());
      return quantile(sketch.weighted(), 0.5);
    };
    expect(answer()).toBe(answer());
  });
});

describe("sortDoubles", () => {
  it("sorts", () => {
    fc.assert(
      fc.property(fc.float64Array({ noNaN: true, maxLength: 600 }), (values) => {
        const zeros = values.map((value) => (value === 0 ? 0 : value));
        const sorted = Float64Array.from(zeros).sort();
        sortDoubles(zeros, zeros.length, new Float64Array(zeros.length));
        expect(zeros).toEqual(sorted);
      }),
    );
  });
});

describe("HyperLogLog", () => {
  it.each([
    [14, 0.04],
    [12, 0.08],
  ])("with %i bits is within five standard errors", (bits, bound) => {
    for (const n of [100, 5_000, 40_000, 300_000]) {
      const sketch = new HyperLogLog(bits);
      for (let i = 0; i < n; i++) {
        sketch.add(mix(i), mix(i ^ 0x5bd1e995));
        if (i % 3 === 0) sketch.add(mix(i), mix(i ^ 0x5bd1e995));
      }
      expect(Math.abs(sketch.estimate() - n) / n, `${n} values`).toBeLessThan(bound);
    }
  });

  it("counts nothing as nothing", () => {
    expect(new HyperLogLog(12).estimate()).toBe(0);
  });
});

describe("TextArena", () => {
  it("keeps short texts whole and cuts long ones between characters", () => {
    const arena = new TextArena(8);
    const store = (text: string) => arena.store(Buffer.from(text), 0, Buffer.byteLength(text));
    const refs = ["", "short", "12345678", "1234567é", "123456é89", "123456😀"].map(store);
    expect(refs.map((ref) => arena.read(ref))).toEqual([
      "",
      "short",
      "12345678",
      "1234567…",
      "123456é…",
      "123456…",
    ]);
    const other = new TextArena(8);
    expect(refs.map((ref) => other.read(other.copy(arena, ref)))).toEqual(refs.map((ref) => arena.read(ref)));
  });
});

function counted(values: readonly number[], limit: number) {
  const frequencies = new Frequencies({ limit, hyperLogLogBits: 14, seed: seedOf("x"), texts: true });
  for (const value of values) {
    const text = Buffer.from(`value ${value}`);
    frequencies.addText(mix(value), mix(~value), text, 0, text.length);
  }
  return frequencies;
}

describe("frequencies", () => {
  const values = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 2_000 });

  it("are exact up to the limit", () => {
    fc.assert(
      fc.property(values, (all) => {
        const exact = new Map<string, number>();
        for (const value of all) exact.set(`value ${value}`, (exact.get(`value ${value}`) ?? 0) + 1);
        const frequencies = counted(all, 301);
        expect(frequencies.exact).toBe(true);
        expect(frequencies.distinct).toBe(exact.size);
        const top = frequencies.top(1_000).map(({ ref, count }) => [frequencies.text(ref), count] as const);
        expect(new Map(top)).toEqual(exact);
        expect(top.map(([, count]) => count)).toEqual([...exact.values()].sort((a, b) => b - a));
      }),
    );
  });

  it("are never too high, and too low by no more than they say, beyond it", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2_000, max: 20_000 }), (seed, n) => {
        const next = random(seed);
        const limit = 100;
        const all = Array.from({ length: n }, () => Math.floor(next() ** 3 * 5_000));
        const exact = new Map<string, number>();
        for (const value of all) exact.set(`value ${value}`, (exact.get(`value ${value}`) ?? 0) + 1);
        const frequencies = counted(all, limit);
        expect(frequencies.exact).toBe(false);
        expect(frequencies.maxError).toBeLessThanOrEqual((2 * n) / limit);
        const found = new Map(frequencies.top(1_000).map(({ ref, count }) => [frequencies.text(ref), count]));
        const wrong = [...exact].filter(([text, count]) => {
          const shown = found.get(text);
          if (shown === undefined) return count > (2 * n) / limit + 1;
          return shown > count || count - shown > frequencies.maxError;
        });
        expect(wrong).toEqual([]);
        expect(Math.abs(frequencies.distinct - exact.size) / exact.size).toBeLessThan(0.05);
      }),
      { numRuns: 15 },
    );
  });

  it("hands over every exact count once before sketching", () => {
    const seen = new Map<number, number>();
    const onOverflow = (values: readonly Frequent[]) => {
      for (const { lo, count } of values) seen.set(lo, (seen.get(lo) ?? 0) + count);
    };
    const frequencies = new Frequencies({
      limit: 10,
      hyperLogLogBits: 12,
      seed: 1,
      texts: false,
      onOverflow,
    });
    for (let i = 0; i < 10; i++) for (let k = 0; k <= i; k++) frequencies.addNumber(i, 0);
    expect(seen.size).toBe(0);
    frequencies.addNumber(99, 0);
    expect([...seen].sort(([a], [b]) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => [i, i + 1]));
  });
});
