/**
 * Counts distinct values in 2^bits bytes: HyperLogLog (Flajolet and others, 2007) with the estimator of
 * Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which needs no bias tables.
 * The standard error is 1.04 / sqrt(2^bits): 0.8 % with 14 bits, 1.6 % with 12.
 */
export class HyperLogLog {
  private readonly registers: Uint8Array;
  private readonly shift: number;

  constructor(bits: number) {
    this.registers = new Uint8Array(1 << bits);
    this.shift = 32 - bits;
  }

  /** Takes two independent, well mixed 32-bit hashes of a value. */
  add(hash: number, other: number): void {
    const index = hash >>> this.shift;
    const rank = Math.clz32(other) + 1;
    if (rank > (this.registers[index] as number)) this.registers[index] = rank;
  }

  estimate(): number {
    const m = this.registers.length;
    const ranks = new Array<number>(34).fill(0);
    for (const rank of this.registers) ranks[rank] = (ranks[rank] as number) + 1;
    let z = m * tau(1 - (ranks[33] as number) / m);
    for (let rank = 32; rank >= 1; rank--) z = 0.5 * (z + (ranks[rank] as number));
    z += m * sigma((ranks[0] as number) / m);
    return Math.round((m * m) / (2 * Math.LN2 * z));
  }
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let power = x;
  let weight = 1;
  let sum = x;
  for (let before = -1; before !== sum; ) {
    before = sum;
    power *= power;
    sum += power * weight;
    weight += weight;
  }
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let weight = 1;
  let sum = 1 - x;
  for (let before = -1; before !== sum; ) {
    before = sum;
    root = Math.sqrt(root);
    weight *= 0.5;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}
