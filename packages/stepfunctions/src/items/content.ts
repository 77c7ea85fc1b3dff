import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { ObjectStore } from "../ports.js";
import { asReaderFailure, readerFailed } from "./failures.js";

export interface Location {
  bucket: string;
  key: string;
  versionId?: string;
}

/**
 * An object's text, unpacked where its name ends in .gz.
 * @throws StateFailure States.ItemReaderFailed
 */
export async function* textOf(objects: ObjectStore, location: Location): AsyncGenerator<string> {
  try {
    // Before anything is opened that nobody would read, and so nobody close.
    if (/\.zstd?$/i.test(location.key)) throw zstandard(location.key);
    const body = await objects.get(location);
    yield* decoded(/\.gz(ip)?$/i.test(location.key) ? gunzipped(body, location.key) : body);
  } catch (error) {
    throw asReaderFailure(error);
  }
}

/** Bytes of UTF-8 as text; a byte order mark is left out. */
async function* decoded(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

const zstandard = (key: string) =>
  readerFailed(`${key} is compressed with Zstandard, which this engine does not read: use GZIP.`);

async function* gunzipped(body: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<Uint8Array> {
  const unzip = createGunzip();
  // The pipeline's outcome is also the iteration's.
  pipeline(Readable.from(body), unzip).catch(() => {});
  try {
    yield* unzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("Z_") !== true) throw error;
    throw readerFailed(`${key} is not a whole GZIP file: ${message}.`);
  }
}
