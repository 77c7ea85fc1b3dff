import { mkdirSync } from "node:fs";
import { type Database, open, type RootDatabase } from "lmdb";
import { noSuchBucket, noSuchUpload, S3Error } from "./errors.js";
import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from "./records.js";

/**
 * What is known of buckets, objects and uploads, on disk, in the order of the keys' UTF-8 bytes, which is S3's. Each
 * change is one transaction and has been synced when its promise resolves.
 *
 * `files` holds the file of each object and part, `leftovers` files that a change made useless: they are deleted after
 * the change, or at the next start when a kill comes between.
 */
export class IndexStore {
  readonly #root: RootDatabase;
  readonly #buckets: Database<BucketRecord, string>;
  readonly #objects: Database<ObjectRecord, Buffer>;
  readonly #uploads: Database<UploadRecord, string>;
  readonly #parts: Database<PartRecord, [string, number]>;
  readonly #files: Database<true, string>;
  readonly #leftovers: Database<true, string>;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    // As in the engine's store: a commit is seen, and its promise resolves, once it is on disk.
    this.#root = open({ path: folder, overlappingSync: false, maxDbs: 6 });
    this.#buckets = this.#root.openDB({ name: "buckets" });
    this.#objects = this.#root.openDB({ name: "objects", keyEncoding: "binary" });
    this.#uploads = this.#root.openDB({ name: "uploads" });
    this.#parts = this.#root.openDB({ name: "parts" });
    this.#files = this.#root.openDB({ name: "files" });
    this.#leftovers = this.#root.openDB({ name: "leftovers" });
  }

  isKept(version: string): boolean {
    return this.#files.get(version) === true;
  }

  leftovers(): string[] {
    return [...this.#leftovers.getKeys()];
  }

  async forget(versions: readonly string[]): Promise<void> {
    await this.#change(() => {
      for (const version of versions) void this.#leftovers.remove(version);
    });
  }

  buckets(): BucketRecord[] {
    return [...this.#buckets.getRange()].map(({ value }) => value);
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): BucketRecord {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  async createBucket(name: string): Promise<void> {
    await this.#change(() => {
      if (this.#buckets.get(name) !== undefined) {
        const message = "Your previous request to create the named bucket succeeded and you already own it.";
        throw new S3Error("BucketAlreadyOwnedByYou", message, 409, { BucketName: name });
      }
      void this.#buckets.put(name, { name, created: Date.now() });
    });
  }

  /** Uploads in progress go with the bucket. */
  async deleteBucket(name: string): Promise<void> {
    await this.#change(() => {
      this.bucket(name);
      for (const _ of this.objects(name)) {
        const message = "The bucket you tried to delete is not empty";
        throw new S3Error("BucketNotEmpty", message, 409, { BucketName: name });
      }
      for (const { id } of this.uploads(name)) this.#dropUpload(id);
      void this.#buckets.remove(name);
    });
  }

  object(bucket: string, key: string): ObjectRecord | undefined {
    return this.#objects.get(objectKey(bucket, Buffer.from(key)));
  }

  /** A bucket's objects from a key on (that one included), as bytes, in order. */
  *objects(bucket: string, from: Buffer = Buffer.alloc(0)): Generator<{ key: Buffer; record: ObjectRecord }> {
    const start = objectKey(bucket, from);
    const end = Buffer.from(`${bucket}\u0001`);
    const skip = bucket.length + 1;
    for (const { key, value } of this.#objects.getRange({ start, end, snapshot: false })) {
      yield { key: Buffer.from(key.subarray(skip)), record: value };
    }
  }

  /** @param check looks at what is there, in the same transaction, and throws to refuse */
  async putObject(
    bucket: string,
    key: string,
    record: ObjectRecord,
    check: (present: ObjectRecord | undefined) => void,
  ): Promise<void> {
    await this.#change(() => {
      this.bucket(bucket);
      const present = this.object(bucket, key);
      check(present);
      this.#putObject(bucket, key, record, present);
    });
  }

  async deleteObject(
    bucket: string,
    key: string,
    check: (present: ObjectRecord | undefined) => void = () => {},
  ): Promise<void> {
    await this.#change(() => {
      this.bucket(bucket);
      const present = this.object(bucket, key);
      check(present);
      if (present === undefined) return;
      void this.#objects.remove(objectKey(bucket, Buffer.from(key)));
      this.#drop(present.version);
    });
  }

  /** @throws S3Error NoSuchUpload */
  upload(id: string, bucket: string, key: string): UploadRecord {
    const upload = this.#uploads.get(id.slice(0, 100));
    if (upload?.bucket !== bucket || upload.key !== key) throw noSuchUpload(id);
    return upload;
  }

  uploads(bucket: string): UploadRecord[] {
    return [...this.#uploads.getRange()]
      .map(({ value }) => value)
      .filter((upload) => upload.bucket === bucket);
  }

  parts(id: string): PartRecord[] {
    return [...this.#parts.getRange({ start: [id, 0], end: [id, 100_000] })].map(({ value }) => value);
  }

  async createUpload(upload: UploadRecord): Promise<void> {
    await this.#change(() => {
      this.bucket(upload.bucket);
      void this.#uploads.put(upload.id, upload);
    });
  }

  async putPart(upload: UploadRecord, part: PartRecord): Promise<void> {
    await this.#change(() => {
      this.upload(upload.id, upload.bucket, upload.key);
      const present = this.#parts.get([upload.id, part.number]);
      if (present !== undefined) this.#drop(present.version);
      void this.#parts.put([upload.id, part.number], part);
      void this.#files.put(part.version, true);
    });
  }

  async completeUpload(
    upload: UploadRecord,
    record: ObjectRecord,
    check: (present: ObjectRecord | undefined) => void,
  ): Promise<void> {
    await this.#change(() => {
      this.upload(upload.id, upload.bucket, upload.key);
      const present = this.object(upload.bucket, upload.key);
      check(present);
      this.#dropUpload(upload.id);
      this.#putObject(upload.bucket, upload.key, record, present);
    });
  }

  async abortUpload(upload: UploadRecord): Promise<void> {
    await this.#change(() => {
      this.upload(upload.id, upload.bucket, upload.key);
      this.#dropUpload(upload.id);
    });
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #putObject(bucket: string, key: string, record: ObjectRecord, present: ObjectRecord | undefined): void {
    if (present !== undefined) this.#drop(present.version);
    void this.#objects.put(objectKey(bucket, Buffer.from(key)), record);
    void this.#files.put(record.version, true);
  }

  #dropUpload(id: string): void {
    for (const part of this.parts(id)) {
      this.#drop(part.version);
      void this.#parts.remove([id, part.number]);
    }
    void this.#uploads.remove(id);
  }

  #drop(version: string): void {
    void this.#files.remove(version);
    void this.#leftovers.put(version, true);
  }

  /** Runs `work` as one transaction: it reads and checks first and throws before its first write, or not at all. */
  async #change(work: () => void): Promise<void> {
    let refusal: unknown = null;
    await this.#root.transaction(() => {
      try {
        work();
      } catch (error) {
        refusal = error;
      }
    });
    if (refusal !== null) throw refusal as Error;
  }
}

/** No bucket's name has a NUL, so it ends the name. */
function objectKey(bucket: string, key: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bucket}\0`), key]);
}
