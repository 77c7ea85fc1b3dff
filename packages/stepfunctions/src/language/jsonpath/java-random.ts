const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/**
 * A number from `first` up to, not including, `last`, from a seed, as java.util.Random draws it: AWS documents that
 * the same seed gives the same number.
 */
export function seededInteger(seed: number, first: number, last: number): number {
  let state = (BigInt(seed) ^ MULTIPLIER) & MASK;
  const bits = (count: bigint): bigint => {
    state = (state * MULTIPLIER + 0xbn) & MASK;
    return BigInt.asIntN(32, state >> (48n - count));
  };
  const bound = BigInt(last) - BigInt(first);
  if (bound > 0x7fffffffn) return first + Number(BigInt.asUintN(32, bits(32n)) % bound);
  if ((bound & -bound) === bound) return first + Number((bound * bits(31n)) >> 31n);
  for (;;) {
    const drawn = bits(31n);
    const value = drawn % bound;
    if (drawn - value + (bound - 1n) <= 0x7fffffffn) return first + Number(value);
  }
}
