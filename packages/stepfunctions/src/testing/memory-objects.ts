import { collect, memoryObjects as inMemory } from "../items/memory-objects.js";
import type { ObjectStore } from "../ports.js";

/** S3 in memory. */
export interface MemoryObjects extends ObjectStore {
  /** The text of an object. Rejects with an AwsError when there is none. */
  text(bucket: string, key: string): Promise<string>;
  /** The keys of a bucket, in order. */
  keys(bucket: string): Promise<string[]>;
}

/** Makes S3 from its contents: bodies by bucket and key. A bucket that is to be written to must be there, empty or not. */
export function memoryObjects(
  buckets: Readonly<Record<string, Record<string, string | Uint8Array>>>,
): MemoryObjects {
  const objects = inMemory(buckets);
  return {
    ...objects,
    async text(bucket, key) {
      const chunks = await collect(await objects.get({ bucket, key }));
      return Buffer.concat(chunks).toString("utf8");
    },
    async keys(bucket) {
      return (await collect(objects.list({ bucket, prefix: "" }))).map(({ key }) => key);
    },
  };
}
