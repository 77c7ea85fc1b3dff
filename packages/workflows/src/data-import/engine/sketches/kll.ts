import { merge, sortDoubles } from "./sort-doubles.js";

/** Values in ascending order; each stands for `weights[i]` values. */
export interface Weighted {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

export function sortedByValue(entries: [value: number, weight: number][]): Weighted {
  entries.sort((a, b) => a[0] - b[0]);
  return {
    values: Float64Array.from(entries, ([value]) => value),
    weights: Float64Array.from(entries, ([, weight]) => weight),
  };
}

/** How many levels' worth of values come in whole before blocks are drawn from. */
const blocksPerLevel = 256;

interface Level {
  readonly values: Float64Array;
  size: number;
  /** The values are two ascending runs, parted here; -1 when they are in no order. */
  part: number;
}

/**
 * Quantile sketch of the compactor family (Karnin, Lang and Liberty, "Optimal Quantile Approximation in
 * Streams", 2016), with levels of equal width.
 *
 * Level i holds values that stand for 2^i values each. A full level is brought into order and every second
 * value goes up a level, the odd or the even ones by a coin toss. The coins come from a fixed generator, so
 * that the same values in the same order give the same answer.
 *
 * Once there are very many values, one of each block is drawn to stand for the block, and the lowest levels are
 * left alone: what they would still say is lost in the error of those above.
 *
 * With k = 512 the standard deviation of a rank is under 0.25 %, so an answer is within 1 % of the asked rank.
 * Memory is k numbers a level, log2(n / k) levels.
 */
export class KllSketch {
  private readonly k: number;
  private readonly levels: Level[] = [];
  private coin = 0x9e3779b9;
  private readonly bottom: Level;
  private readonly spare: Float64Array;
  /** Values go in at this level, each drawn from a block of 2^entry. */
  private entry = 0;
  private count = 0;
  private inBlock = 0;
  private pick = 0;
  private drawn = Number.NaN;

  /** @param k even */
  constructor(k = 512) {
    this.k = k;
    this.spare = new Float64Array(k);
    this.bottom = this.level(0);
    this.bottom.part = -1;
  }

  add(value: number): void {
    this.count++;
    if (this.entry === 0) {
      const { bottom } = this;
      if (bottom.size === this.k) this.compact(0);
      bottom.values[bottom.size++] = value;
    } else {
      if (this.inBlock <= this.pick) this.drawn = value;
      if (++this.inBlock < 1 << this.entry) return;
      this.insert(this.entry, this.drawn);
      this.inBlock = 0;
      this.pick = this.draw() & ((1 << this.entry) - 1);
    }
    if (this.count >= this.k * blocksPerLevel * 2 ** this.entry) this.entry++;
  }

  /** The same as adding the value `count` times. */
  addWeighted(value: number, count: number): void {
    this.count += count;
    for (let height = 0, left = count; left > 0; height++, left = Math.floor(left / 2)) {
      if (left % 2 === 1) this.insert(height, value);
    }
  }

  weighted(): Weighted {
    const entries = this.levels.flatMap(({ values, size }, height) =>
      Array.from(values.subarray(0, size), (value): [number, number] => [value, 2 ** height]),
    );
    if (this.inBlock > 0) entries.push([this.drawn, this.inBlock]);
    return sortedByValue(entries);
  }

  private insert(height: number, value: number): void {
    const level = this.level(height);
    if (level.size === this.k) this.compact(height);
    level.values[level.size++] = value;
    level.part = -1;
  }

  private level(height: number): Level {
    while (this.levels.length <= height) {
      this.levels.push({ values: new Float64Array(this.k), size: 0, part: 0 });
    }
    return this.levels[height] as Level;
  }

  private compact(height: number): void {
    const level = this.level(height);
    const above = this.level(height + 1);
    const half = level.size >> 1;
    if (above.size + half > this.k) this.compact(height + 1);
    if (level.part < 0) {
      sortDoubles(level.values, level.size, this.spare);
      level.part = level.size;
    }
    const run = above.size;
    halve(level, half, this.draw() & 1, above, this.spare);
    if (run === 0) above.part = above.size;
    else if (above.part !== run) above.part = -1;
    level.part = height === 0 ? -1 : level.size;
  }

  /** 24 random bits, from a xorshift generator. */
  private draw(): number {
    this.coin ^= this.coin << 13;
    this.coin ^= this.coin >>> 17;
    this.coin ^= this.coin << 5;
    return this.coin >>> 8;
  }
}

/** Merges the two runs of a level, and of each pair of neighbours appends one to `above`; an odd last stays. */
function halve(level: Level, pairs: number, which: number, above: Level, spare: Float64Array): void {
  const { values, part, size } = level;
  merge(values, spare, 0, part, size);
  let to = above.size;
  for (let at = which; at < 2 * pairs; at += 2) above.values[to++] = spare[at] as number;
  above.size = to;
  values[0] = size % 2 === 1 ? (spare[size - 1] as number) : 0;
  level.size = size % 2;
}
