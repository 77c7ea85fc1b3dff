import type { ColumnBudget } from "../limits.js";
import { Moments } from "./moments.js";
import { Frequencies, type Frequent } from "../sketches/frequencies.js";
import { KllSketch, sortedByValue, type Weighted } from "../sketches/kll.js";

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/**
 * What is gathered of a column of numbers, dates (as milliseconds) or booleans (as 0 and 1). While the
 * distinct values are few enough to count each, quantiles and histogram come from those counts and are
 * exact; a sketch takes over when they are not.
 */
export class NumberStats {
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  private readonly moments = new Moments();
  readonly frequencies: Frequencies;
  private sketch: KllSketch | null = null;

  constructor(budget: ColumnBudget, seed: number) {
    const { distinct: limit, hyperLogLogBits } = budget;
    const onOverflow = (values: readonly Frequent[]) => {
      const sketch = new KllSketch();
      for (const { lo, hi, count } of values) sketch.addWeighted(doubleOf(lo, hi), count);
      this.sketch = sketch;
    };
    this.frequencies = new Frequencies({ limit, hyperLogLogBits, seed, texts: false, onOverflow });
  }

  add(value: number): void {
    const number = value === 0 ? 0 : value; // minus zero is zero
    this.count++;
    if (number < this.min) this.min = number;
    if (number > this.max) this.max = number;
    this.moments.add(number);
    double[0] = number;
    this.frequencies.addNumber(halves[0] as number, halves[1] as number);
    if (this.sketch !== null) this.sketch.add(number);
  }

  get mean(): number {
    return this.moments.mean;
  }

  /** Of the sample; null for fewer than two values or beyond what a double holds. */
  get stddev(): number | null {
    if (this.count < 2) return null;
    const deviation = Math.sqrt(this.moments.squares / (this.count - 1));
    return Number.isFinite(deviation) ? deviation : null;
  }

  get exact(): boolean {
    return this.sketch === null;
  }

  /** Values in ascending order with the number of values that each stands for. */
  weighted(): Weighted {
    if (this.sketch !== null) return this.sketch.weighted();
    return sortedByValue(this.frequencies.all().map(({ lo, hi, count }) => [doubleOf(lo, hi), count]));
  }

  top(limit: number): { value: number; count: number }[] {
    return this.frequencies.top(limit).map(({ lo, hi, count }) => ({ value: doubleOf(lo, hi), count }));
  }
}

function doubleOf(lo: number, hi: number): number {
  halves[0] = lo;
  halves[1] = hi;
  return double[0] as number;
}
