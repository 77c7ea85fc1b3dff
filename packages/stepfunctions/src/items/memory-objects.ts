import { AwsError } from "../aws-error.js";
import type { ObjectStore } from "../ports.js";

/** Objects in memory, by bucket and key: for tests, and for engines that need nothing to last. */
export function memoryObjects(
  buckets: Readonly<Record<string, Record<string, string | Uint8Array>>>,
  { pieceBytes = 65_536 } = {},
): ObjectStore {
  const held = new Map(
    Object.entries(buckets).map(([bucket, objects]) => [
      bucket,
      new Map(Object.entries(objects).map(([key, body]) => [key, Buffer.from(body as string)])),
    ]),
  );
  const objectsOf = (bucket: string) => {
    const objects = held.get(bucket);
    if (objects === undefined) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
    return objects;
  };
  return {
    async get({ bucket, key }) {
      const body = objectsOf(bucket).get(key);
      if (body === undefined) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
      return pieces(body, pieceBytes);
    },
    async *list({ bucket, prefix }) {
      const keys = [...objectsOf(bucket).keys()].filter((key) => key.startsWith(prefix));
      for (const key of keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
        const size = objectsOf(bucket).get(key)?.length ?? 0;
        yield { key, size, etag: `"${size}"`, lastModified: 1_700_000_000_500, storageClass: "STANDARD" };
      }
    },
    async put({ bucket, key }, body) {
      objectsOf(bucket).set(key, Buffer.from(body));
    },
  };
}

async function* pieces(body: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

/** Everything that an iteration gives. */
export async function collect<T>(given: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of given) all.push(value);
  return all;
}
