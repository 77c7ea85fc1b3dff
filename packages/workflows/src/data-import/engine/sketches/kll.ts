/**
 * Quantile sketch of the compactor family (Karnin, Lang and Liberty, "Optimal Quantile Approximation in
 * Streams", 2016), with levels of equal width.
 *
 * Level i holds values that stand for 2^i values each. A full level is sorted and every second value goes up
 * a level, the odd or the even ones by a coin toss. The coins come from a fixed generator, so that the same
 * values in the same order give the same answer.
 *
 * The standard deviation of a rank is near n / k: with k = 512 an answer is within 1 % of the asked rank.
 * Memory is k numbers a level, log2(n / k) levels.
 */
export class KllSketch {
  private readonly k: number;
  private readonly levels: Float64Array[];
  private readonly sizes: number[] = [0];
  private coin = 0x9e3779b9;
  count = 0;

  constructor(k = 512) {
    this.k = k;
    this.levels = [new Float64Array(k)];
  }

  add(value: number): void {
    if (this.sizes[0] === this.k) this.compact(0);
    const size = this.sizes[0] as number;
    (this.levels[0] as Float64Array)[size] = value;
    this.sizes[0] = size + 1;
    this.count++;
  }

  /** Values in ascending order, and for each how many values it stands for. */
  weighted(): { values: Float64Array; weights: Float64Array } {
    const entries: [number, number][] = [];
    this.levels.forEach((level, height) => {
      for (let i = 0; i < (this.sizes[height] as number); i++)
        entries.push([level[i] as number, 2 ** height]);
    });
    entries.sort((a, b) => a[0] - b[0]);
    return {
      values: Float64Array.from(entries, ([value]) => value),
      weights: Float64Array.from(entries, ([, weight]) => weight),
    };
  }

  private compact(height: number): void {
    if (height + 1 === this.levels.length) {
      this.levels.push(new Float64Array(this.k));
      this.sizes.push(0);
    }
    const level = this.levels[height] as Float64Array;
    const above = this.levels[height + 1] as Float64Array;
    const size = this.sizes[height] as number;
    if ((this.sizes[height + 1] as number) + (size >> 1) > above.length) this.compact(height + 1);
    level.subarray(0, size).sort();
    let to = this.sizes[height + 1] as number;
    const even = size & ~1;
    for (let from = this.toss(); from < even; from += 2) above[to++] = level[from] as number;
    this.sizes[height + 1] = to;
    if (size > even) level[0] = level[even] as number;
    this.sizes[height] = size - even;
  }

  /** 0 or 1, from a xorshift generator. */
  private toss(): number {
    this.coin ^= this.coin << 13;
    this.coin ^= this.coin >>> 17;
    this.coin ^= this.coin << 5;
    return this.coin & 1;
  }
}
