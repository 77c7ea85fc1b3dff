import { byteLength } from "../json.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";

/** An ItemBatcher with its paths and expressions evaluated. */
export interface ItemBatcher {
  maxItemsPerBatch?: number | undefined;
  /** 256 KiB where it is absent, larger or 0. */
  maxInputBytesPerBatch?: number | undefined;
  /** In each batch, where it is not undefined. */
  batchInput?: unknown;
}

/** The input of a child execution that processes several items. */
export interface Batch {
  BatchInput?: unknown;
  Items: unknown[];
}

/**
 * Groups items (after the ItemSelector) into the inputs of child executions: as many as the number and the size of the
 * input's JSON allow, and never fewer than one.
 * Source: "ItemBatcher (Map)" in the Step Functions developer guide.
 */
export async function* batchItems(
  items: AsyncIterable<unknown> | Iterable<unknown>,
  batcher: ItemBatcher,
): AsyncGenerator<Batch> {
  const most = positive(batcher.maxItemsPerBatch) ?? Number.POSITIVE_INFINITY;
  const limit = Math.min(positive(batcher.maxInputBytesPerBatch) ?? MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES);
  const empty = byteLength(JSON.stringify(batch([], batcher.batchInput)));
  let gathered: unknown[] = [];
  let bytes = empty;
  for await (const item of items) {
    const size = byteLength(JSON.stringify(item) ?? "null");
    const full = gathered.length >= most || bytes + size > limit;
    if (full && gathered.length > 0) {
      yield batch(gathered, batcher.batchInput);
      gathered = [];
      bytes = empty;
    }
    gathered.push(item);
    // With the comma before the next one.
    bytes += size + 1;
  }
  if (gathered.length > 0) yield batch(gathered, batcher.batchInput);
}

function batch(items: unknown[], input: unknown): Batch {
  return input === undefined ? { Items: items } : { BatchInput: input, Items: items };
}

function positive(given: number | undefined): number | undefined {
  return given === undefined || given <= 0 ? undefined : given;
}
