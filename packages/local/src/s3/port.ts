import type { ObjectStore } from "@longhaul/stepfunctions";
import { listPage } from "./list.js";
import { noVersions } from "./request.js";
import type { S3Store } from "./store.js";

const pageLength = 1_000;

/** The engine's port for objects, over a store; what it rejects with are the errors of S3. */
export function objectStore(store: S3Store): ObjectStore {
  return {
    async get({ bucket, key, versionId }) {
      const record = store.object(bucket, key);
      if (versionId !== undefined && versionId !== "null") throw noVersions(versionId);
      return store.read(record) as Promise<AsyncIterable<Uint8Array>>;
    },
    async *list({ bucket, prefix }) {
      store.index.bucket(bucket);
      let after: string | null = "";
      while (after !== null) {
        const page = listPage(store, { bucket, prefix, delimiter: "", after, limit: pageLength });
        for (const { key, record } of page.objects) {
          const { size, etag, modified: lastModified, storageClass } = record;
          yield { key, size, etag: `"${etag}"`, lastModified, storageClass };
        }
        after = page.next;
      }
    },
    async put({ bucket, key, contentType = "binary/octet-stream" }, body) {
      const description = { contentType, headers: {}, metadata: {}, storageClass: "STANDARD" };
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      store.index.bucket(bucket);
      await store.putObject({ bucket, key }, description, { bytes: once(bytes), checksum: () => null });
    },
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
