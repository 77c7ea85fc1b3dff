import { sortDoubles } from "./sort-doubles.js";

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
 * The standard deviation of a rank is near n / k: with k = 512 an answer is within 1 % of the asked rank.
 * Memory is k numbers a level, log2(n / k) levels.
 */
export class KllSketch {
  private readonly k: number;
  private readonly levels: Level[] = [];
  private coin = 0x9e3779b9;
  private readonly bottom: Level;
  private readonly spare: Float64Array;

  /** @param k even */
  constructor(k = 512) {
    this.k = k;
    this.spare = new Float64Array(k);
    this.bottom = this.level(0);
    this.bottom.part = -1;
  }

  add(value: number): void {
    const { bottom } = this;
    if (bottom.size === this.k) this.compact(0);
    bottom.values[bottom.size++] = value;
  }

  /** The same as adding the value `count` times. */
  addWeighted(value: number, count: number): void {
    for (let height = 0, left = count; left > 0; height++, left = Math.floor(left / 2)) {
      if (left % 2 === 0) continue;
      const level = this.level(height);
      if (level.size === this.k) this.compact(height);
      level.values[level.size++] = value;
      level.part = -1;
    }
  }

  weighted(): Weighted {
    return sortedByValue(
      this.levels.flatMap(({ values, size }, height) =>
        Array.from(values.subarray(0, size), (value): [number, number] => [value, 2 ** height]),
      ),
    );
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
    halve(level, half, this.toss(), above);
    if (run === 0) above.part = above.size;
    else if (above.part !== run) above.part = -1;
    level.part = height === 0 ? -1 : level.size;
  }

  /** 0 or 1, from a xorshift generator. */
  private toss(): number {
    this.coin ^= this.coin << 13;
    this.coin ^= this.coin >>> 17;
    this.coin ^= this.coin << 5;
    return this.coin & 1;
  }
}

/** Merges the two runs of a level, and of each pair of neighbours appends one to `above`; an odd last stays. */
function halve(level: Level, pairs: number, which: number, above: Level): void {
  const { values, part, size } = level;
  let left = 0;
  let right = part;
  const next = () =>
    right >= size || (left < part && (values[left] as number) <= (values[right] as number))
      ? (values[left++] as number)
      : (values[right++] as number);
  for (let pair = 0; pair < pairs; pair++) {
    const first = next();
    const second = next();
    above.values[above.size++] = which === 0 ? first : second;
  }
  const odd = size % 2 === 1 ? next() : 0;
  values[0] = odd;
  level.size = size % 2;
}
