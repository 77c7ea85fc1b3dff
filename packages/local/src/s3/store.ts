import { createHash } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { FileStore, type Received } from "../storage/files.js";
import { compositeChecksum, createChecksum } from "./checksums.js";
import { noSuchKey } from "./errors.js";
import { IndexStore } from "./index-store.js";
import type { Description, ObjectRecord, PartRecord, StoredChecksum, UploadRecord } from "./records.js";

type Check = (present: ObjectRecord | undefined) => void;

/** A body that is being written, and the checksum known of it once it has been read. */
export interface Incoming {
  readonly bytes: AsyncIterable<Buffer>;
  checksum(): StoredChecksum | null;
}

/**
 * Buckets and objects on disk. Bytes are files under random names, so that no key becomes a path; what is known of them
 * is in the index. A file is synced before the index names it, and the index before the answer: a kill at any moment
 * leaves an object as it was or as it shall be.
 */
export class S3Store {
  private constructor(
    readonly index: IndexStore,
    private readonly files: FileStore,
  ) {}

  static async open(folder: string): Promise<S3Store> {
    // What is stored is for nobody else on this machine.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const index = new IndexStore(join(folder, "index"));
    try {
      const files = await FileStore.open(join(folder, "files"), async (versions) => {
        return new Set(versions.filter((version) => index.isKept(version)));
      });
      const store = new S3Store(index, files);
      await store.#sweep();
      return store;
    } catch (error) {
      await index.close();
      throw error;
    }
  }

  async putObject(
    location: { bucket: string; key: string },
    description: Description,
    incoming: Incoming,
    check: Check = () => {},
  ): Promise<ObjectRecord> {
    const { bucket, key } = location;
    return this.#write(incoming.bytes, async ({ version, size, md5 }) => {
      const stored = {
        version,
        size,
        etag: md5,
        modified: Date.now(),
        checksum: incoming.checksum(),
        parts: 0,
      };
      const record: ObjectRecord = { ...description, ...stored };
      await this.index.putObject(bucket, key, record, check);
      return record;
    });
  }

  async putPart(upload: UploadRecord, number: number, incoming: Incoming): Promise<PartRecord> {
    return this.#write(incoming.bytes, async ({ version, size, md5 }) => {
      const part: PartRecord = {
        ...{ number, version, size, etag: md5 },
        ...{ modified: Date.now(), checksum: incoming.checksum() },
      };
      await this.index.putPart(upload, part);
      return part;
    });
  }

  /** Joins parts, in the order given, to the upload's object. */
  async completeUpload(
    upload: UploadRecord,
    parts: readonly PartRecord[],
    check: Check,
  ): Promise<ObjectRecord> {
    const whole =
      upload.algorithm !== null && upload.checksumType === "FULL_OBJECT"
        ? createChecksum(upload.algorithm)
        : null;
    const files = this.files;
    async function* bytes(): AsyncGenerator<Buffer> {
      for (const { version, size } of parts) {
        if (size === 0) continue;
        const stream = await files.read(version, { start: 0, end: size - 1 });
        for await (const piece of stream as AsyncIterable<Buffer>) {
          whole?.update(piece);
          yield piece;
        }
      }
    }
    return this.#write(bytes(), async ({ version, size }) => {
      const record: ObjectRecord = {
        ...describe(upload),
        ...{ version, size, modified: Date.now(), parts: parts.length },
        etag: `${joinedEtag(parts)}-${parts.length}`,
        checksum: whole === null ? composite(upload, parts) : full(upload, whole.digest()),
      };
      await this.index.completeUpload(upload, record, check);
      return record;
    });
  }

  async deleteObject(bucket: string, key: string, check?: Check): Promise<void> {
    await this.index.deleteObject(bucket, key, check);
    await this.#sweep();
  }

  async abortUpload(upload: UploadRecord): Promise<void> {
    await this.index.abortUpload(upload);
    await this.#sweep();
  }

  async deleteBucket(bucket: string): Promise<void> {
    await this.index.deleteBucket(bucket);
    await this.#sweep();
  }

  /** @throws S3Error NoSuchBucket, NoSuchKey */
  object(bucket: string, key: string): ObjectRecord {
    this.index.bucket(bucket);
    const record = this.index.object(bucket, key);
    if (record === undefined) throw noSuchKey(key);
    return record;
  }

  /** Bytes `start` to `end`, both included, of an object as `record` knew it. */
  async read(record: ObjectRecord, range?: { start: number; end: number }): Promise<Readable> {
    if (record.size === 0) return Readable.from([]);
    return this.files.read(record.version, range ?? { start: 0, end: record.size - 1 });
  }

  async close(): Promise<void> {
    await this.index.close();
  }

  /** Receives bytes into a file and lets `commit` name it in the index; without that the file goes again. */
  async #write<T>(bytes: AsyncIterable<Buffer>, commit: (received: Received) => Promise<T>): Promise<T> {
    const received = await this.files.receive(Readable.from(bytes), Number.POSITIVE_INFINITY);
    const done = await this.#commit(received, commit);
    await this.files.settle(received.version);
    await this.#sweep();
    return done;
  }

  async #commit<T>(received: Received, commit: (received: Received) => Promise<T>): Promise<T> {
    try {
      await this.files.keep(received.version);
      return await commit(received);
    } catch (error) {
      await this.files.discard(received.version);
      throw error;
    }
  }

  /** Deletes the files that nothing names any more. */
  async #sweep(): Promise<void> {
    const versions = this.index.leftovers();
    if (versions.length === 0) return;
    await Promise.all(versions.map((version) => this.files.remove(version)));
    await this.index.forget(versions);
  }
}

function describe({ contentType, headers, metadata, storageClass }: Description): Description {
  return { contentType, headers, metadata, storageClass };
}

function joinedEtag(parts: readonly PartRecord[]): string {
  return createHash("md5")
    .update(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex"))))
    .digest("hex");
}

function full(upload: UploadRecord, value: string): StoredChecksum | null {
  return upload.algorithm === null ? null : { algorithm: upload.algorithm, value, type: "FULL_OBJECT" };
}

function composite({ algorithm }: UploadRecord, parts: readonly PartRecord[]): StoredChecksum | null {
  const values = parts.map(({ checksum }) =>
    checksum?.algorithm === algorithm ? checksum?.value : undefined,
  );
  if (algorithm === null || !values.every((value) => value !== undefined)) return null;
  return { algorithm, value: compositeChecksum(algorithm, values), type: "COMPOSITE" };
}
