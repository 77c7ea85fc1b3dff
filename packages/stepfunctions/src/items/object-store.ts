/**
 * Objects of S3, as far as a Map reads its items from them and writes its results to them.
 * `get`, `put` and the first step of `list` reject with an AwsError (NoSuchBucket, NoSuchKey, AccessDenied).
 */
export interface ObjectStore {
  get(location: { bucket: string; key: string; versionId?: string }): Promise<AsyncIterable<Uint8Array>>;
  /** In the order of the keys' UTF-8 bytes. `lastModified` is milliseconds since 1970. */
  list(location: { bucket: string; prefix: string }): AsyncIterable<ListedObject>;
  put(location: { bucket: string; key: string; contentType?: string }, body: Uint8Array): Promise<void>;
}

export interface ListedObject {
  key: string;
  size: number;
  etag: string;
  lastModified: number;
  storageClass: string;
}
