import fc from "fast-check";
import { expect, it } from "vitest";
import { collect } from "./memory-objects.js";
import { byteLength } from "../json.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import { batchItems, type ItemBatcher } from "./batch.js";

const batches = (items: unknown[], batcher: ItemBatcher) => collect(batchItems(items, batcher));

it("puts so many items into each input, and the rest into the last", async () => {
  expect(await batches([1, 2, 3, 4, 5], { maxItemsPerBatch: 2 })).toEqual([
    { Items: [1, 2] },
    { Items: [3, 4] },
    { Items: [5] },
  ]);
  expect(await batches([], { maxItemsPerBatch: 2 })).toEqual([]);
});

it("puts BatchInput first", async () => {
  const [batch] = await batches([{ a: 1 }], { maxItemsPerBatch: 1, batchInput: { fact: "x" } });
  expect(JSON.stringify(batch)).toBe('{"BatchInput":{"fact":"x"},"Items":[{"a":1}]}');
});

it("keeps to 256 KiB where no size is asked for", async () => {
  const given = await batches(Array(10).fill("x".repeat(100_000)), { maxItemsPerBatch: 100 });
  expect(given.map(({ Items }) => Items.length)).toEqual([2, 2, 2, 2, 2]);
  const larger = await batches(Array(3).fill("x".repeat(100_000)), { maxInputBytesPerBatch: 1e9 });
  expect(larger).toHaveLength(2);
});

it("fills each input as far as its size allows, keeps the order, and loses nothing", async () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 30 }), { maxLength: 60 });
  const limits = fc.record({
    maxItemsPerBatch: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    maxInputBytesPerBatch: fc.option(fc.integer({ min: 30, max: 400 }), { nil: undefined }),
    batchInput: fc.option(fc.constant({ é: 1 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(texts, limits, async (items, batcher) => {
      const made = await batches(items, batcher);
      expect(made.flatMap(({ Items }) => Items)).toEqual(items);
      const most = batcher.maxItemsPerBatch ?? Number.POSITIVE_INFINITY;
      const limit = batcher.maxInputBytesPerBatch ?? MAX_PAYLOAD_BYTES;
      for (const [at, batch] of made.entries()) {
        expect(batch.Items.length).toBeLessThanOrEqual(most);
        if (batch.Items.length > 1) expect(byteLength(JSON.stringify(batch))).toBeLessThanOrEqual(limit);
        const next = made[at + 1]?.Items[0];
        if (next === undefined || batch.Items.length === most) continue;
        expect(byteLength(JSON.stringify({ ...batch, Items: [...batch.Items, next] }))).toBeGreaterThan(
          limit,
        );
      }
    }),
  );
});
