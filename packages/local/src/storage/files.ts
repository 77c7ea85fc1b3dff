import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { link, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { tooLarge } from "./errors.js";

/** A file that was received whole and is on disk, but not yet part of the store. */
export interface Received {
  version: string;
  size: number;
  /** MD5 in hex; hosted's ETag. */
  md5: string;
}

/**
 * The files of the store, each under a random version that its row names. Names that callers choose never
 * become paths.
 *
 * A file is received into `uploading/`, then linked into `objects/` before its row is committed, and taken
 * out of `uploading/` after. Whatever a kill leaves in `uploading/` is settled at the next start.
 */
export class FileStore {
  readonly #objects: string;
  readonly #uploading: string;

  private constructor(folder: string) {
    this.#objects = join(folder, "objects");
    this.#uploading = join(folder, "uploading");
  }

  /** @param isKept tells which of the versions have a row */
  static async open(
    folder: string,
    isKept: (versions: string[]) => Promise<Set<string>>,
  ): Promise<FileStore> {
    const store = new FileStore(folder);
    await mkdir(store.#objects, { recursive: true });
    await mkdir(store.#uploading, { recursive: true });
    const interrupted = await readdir(store.#uploading);
    const kept = interrupted.length > 0 ? await isKept(interrupted) : new Set<string>();
    for (const version of interrupted) {
      if (!kept.has(version)) await store.remove(version);
      await rm(join(store.#uploading, version), { force: true });
    }
    return store;
  }

  #path(version: string): string {
    return join(this.#objects, version.slice(0, 2), version);
  }

  /** Streams `body` to disk, synced. @throws StorageError over `limit` bytes; then nothing is left */
  async receive(body: Readable, limit: number): Promise<Received> {
    const version = crypto.randomUUID();
    const path = join(this.#uploading, version);
    const md5 = createHash("md5");
    let size = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        md5.update(chunk);
        done(size > limit ? tooLarge() : null, chunk);
      },
    });
    try {
      await pipeline(body, meter, createWriteStream(path, { flags: "wx", mode: 0o600, flush: true }));
      return { version, size, md5: md5.digest("hex") };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Makes a received file part of the store; its row may be committed after. */
  async keep(version: string): Promise<void> {
    const path = this.#path(version);
    const folder = join(this.#objects, version.slice(0, 2));
    await mkdir(folder, { recursive: true });
    await link(join(this.#uploading, version), path);
    await syncFolder(folder);
  }

  /** Forgets that a file was being received: its row is committed. */
  async settle(version: string): Promise<void> {
    await rm(join(this.#uploading, version), { force: true });
  }

  /** Takes a received file back, whether it was kept already or not. */
  async discard(version: string): Promise<void> {
    await this.remove(version);
    await this.settle(version);
  }

  async remove(version: string): Promise<void> {
    await rm(this.#path(version), { force: true });
  }

  /** A stream of bytes `start` to `end`, both included. A reader keeps the file though it is removed meanwhile. */
  async read(version: string, range: { start: number; end: number }): Promise<Readable> {
    const handle = await open(this.#path(version), "r");
    return createReadStream("", { fd: handle as never, ...range, autoClose: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
