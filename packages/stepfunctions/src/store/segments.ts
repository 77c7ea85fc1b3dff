import {
  close,
  constants,
  fdatasync,
  open as openDescriptor,
  readdirSync,
  readFileSync,
  write,
} from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** A file of the journal that is being written. */
export interface SegmentFile {
  /** Calls back once all the bytes are on disk, or with what went wrong: then nobody knows what is on disk. */
  write(bytes: Buffer, at: number, done: (error: Error | null) => void): void;
  close(): void;
}

/** The files of a journal, by number. */
export interface Segments {
  /** The numbers of those there are, in order. */
  list(): number[];
  read(number: number): Buffer;
  /** Makes a file of zeros. Resolves once it and its name are on disk. */
  create(number: number, bytes: number): Promise<SegmentFile>;
  remove(number: number): Promise<void>;
}

const NAME = /^journal-(\d{8,})$/;
const ZEROS = Buffer.alloc(256 * 1024);

export function segmentName(number: number): string {
  return `journal-${String(number).padStart(8, "0")}`;
}

/** The journal in a folder. */
export function segmentsIn(folder: string): Segments {
  const path = (number: number): string => join(folder, segmentName(number));
  return {
    list: () =>
      readdirSync(folder)
        .flatMap((name) => NAME.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b),
    read: (number) => readFileSync(path(number)),
    create: (number, bytes) => create(folder, path(number), bytes),
    remove: (number) => rm(path(number), { force: true }),
  };
}

/**
 * Zeros are written beforehand, so that a frame changes no more than its sectors: a file that grows has to have its size and
 * blocks written as well, which takes twice as long, as measured.
 */
async function create(folder: string, path: string, bytes: number): Promise<SegmentFile> {
  const file = await open(path, "w", 0o600);
  try {
    for (let at = 0; at < bytes; at += ZEROS.length)
      await file.writeFile(ZEROS.subarray(0, Math.min(ZEROS.length, bytes - at)));
    await file.sync();
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  await syncFolder(folder);
  return openSegment(path);
}

/** Makes new names in a folder last. Windows neither can nor needs to. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(folder, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function openSegment(path: string): Promise<SegmentFile> {
  // On Linux a write of a file so opened ends when it is on disk: one errand for the pool of threads in place of two.
  const durable = process.platform === "linux";
  // A descriptor and no FileHandle: one of those that is forgotten with a store that was never closed ends the process (Node 26).
  const flags = durable ? constants.O_WRONLY | constants.O_DSYNC : constants.O_WRONLY;
  const fd = await promisify(openDescriptor)(path, flags);
  const writeRest = (bytes: Buffer, at: number, done: (error: Error | null) => void): void =>
    write(fd, bytes, 0, bytes.length, at, (error, written) => {
      if (error !== null) done(error);
      else if (written < bytes.length) writeRest(bytes.subarray(written), at + written, done);
      else if (durable) done(null);
      else fdatasync(fd, done);
    });
  return { write: writeRest, close: () => close(fd, () => {}) };
}
