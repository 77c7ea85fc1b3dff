// Numbers from a seed as java.util.Random draws them: AWS documents that the same seed gives the same number, and which
// generator it is has been seen on AWS.

const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

type Bits = (count: bigint) => bigint;

/** The next so many bits, as a signed number of 32 bits. */
function bitsFrom(seed: number): Bits {
  let state = (BigInt(seed) ^ MULTIPLIER) & MASK;
  return (count) => {
    state = (state * MULTIPLIER + 0xbn) & MASK;
    return BigInt.asIntN(32, state >> (48n - count));
  };
}

/** A number from 0 up to, not including, 1: nextDouble. */
export function seededFraction(seed: number): number {
  const bits = bitsFrom(seed);
  return Number((bits(26n) << 27n) + bits(27n)) / 2 ** 53;
}

/** A whole number from `first` up to, not including, `last`: nextInt. */
export function seededInteger(seed: number, first: number, last: number): number {
  const bits = bitsFrom(seed);
  const bound = BigInt(last) - BigInt(first);
  if (bound > 0x7fffffffn) return first + Number(BigInt.asUintN(32, bits(32n)) % bound);
  if ((bound & -bound) === bound) return first + Number((bound * bits(31n)) >> 31n);
  for (;;) {
    const drawn = bits(31n);
    const value = drawn % bound;
    if (drawn - value + (bound - 1n) <= 0x7fffffffn) return first + Number(value);
  }
}
