import type { Algorithm } from "./checksums.js";

export interface BucketRecord {
  readonly name: string;
  /** Milliseconds since 1970, as all moments here. */
  readonly created: number;
}

/** What is said about an object by whoever writes it. */
export interface Description {
  readonly contentType: string;
  /** Content-Encoding, Cache-Control and the like, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** x-amz-meta-*, by the rest of the name. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

export interface StoredChecksum {
  readonly algorithm: Algorithm;
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

export interface ObjectRecord extends Description {
  /** The file that holds the bytes. */
  readonly version: string;
  readonly size: number;
  /** Without the quotes. */
  readonly etag: string;
  readonly modified: number;
  readonly checksum: StoredChecksum | null;
  readonly parts: number;
}

export interface UploadRecord extends Description {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly started: number;
  readonly algorithm: Algorithm | null;
  readonly checksumType: "FULL_OBJECT" | "COMPOSITE";
}

export interface PartRecord {
  readonly number: number;
  readonly version: string;
  readonly size: number;
  /** MD5 in hex. */
  readonly etag: string;
  readonly modified: number;
  readonly checksum: StoredChecksum | null;
}
