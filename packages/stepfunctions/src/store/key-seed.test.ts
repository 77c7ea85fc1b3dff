import fc from "fast-check";
import { expect, test } from "vitest";
import { keySeed } from "./key-seed.js";
import { compareKeys, type Key } from "./keys.js";

const part = fc.oneof(fc.string(), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
const key: fc.Arbitrary<Key> = fc.oneof(part, fc.tuple(part, part));

test("a bit that changes in a number, or a character in a text, makes another seed", () => {
  for (const number of [0, 1, 255, 4_096, 2 ** 31, 2 ** 40])
    for (let bit = 0; bit < 64; bit += 1) {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(number);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const other = bytes.readDoubleLE();
      if (other === number) continue;
      expect(keySeed("executions", other)).not.toBe(keySeed("executions", number));
      expect(keySeed("log", [7, other])).not.toBe(keySeed("log", [7, number]));
    }
  expect(keySeed("machines", "order")).not.toBe(keySeed("machines", "ordes"));
  expect(keySeed("running", 1)).not.toBe(keySeed("outbox", 1));
});

test("the same key has the same seed, a whole number of 32 bits", () => {
  fc.assert(
    fc.property(key, (given) => {
      const again = JSON.parse(JSON.stringify(given)) as Key;
      expect(compareKeys(given, again)).toBe(0);
      expect(keySeed("log", again)).toBe(keySeed("log", given));
      expect(keySeed("log", given)).toBe(keySeed("log", given) >>> 0);
    }),
  );
});
