import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";
import { modelFile } from "./model.js";

const maxBytes = 500_000_000;

/** The twin's model out of what a training job has left, model.tar.gz. @throws Error where there is none in it. */
export async function modelIn(archive: Uint8Array): Promise<Uint8Array> {
  const entries = extract();
  const failed = new Promise<never>((_, reject) => {
    const unpacking = Readable.from([archive]).pipe(createGunzip());
    unpacking.on("error", reject);
    entries.on("error", reject);
    unpacking.pipe(entries);
  });
  return Promise.race([failed, pick(entries)]);
}

async function pick(entries: ReturnType<typeof extract>): Promise<Uint8Array> {
  for await (const entry of entries) {
    if (entry.header.name.replace(/^\.\//, "") === modelFile && (entry.header.size ?? 0) <= maxBytes) {
      // Read to its end first: leaving the loop destroys what has not been read.
      return await buffer(entry);
    }
    entry.resume();
  }
  throw new Error(`There is no ${modelFile} in what the training has left.`);
}
