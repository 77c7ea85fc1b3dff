import { statfsSync } from "node:fs";
import { DataDirectoryWriteError } from "./errors.js";

/** With less than this a disk is as good as full. */
const LEAST_ROOM = 2 * 1024 * 1024;

/** @throws an error like the file system's when there is no room for so many bytes, and some more */
export function assertRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < bytes + LEAST_ROOM)
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
}

/** What to tell of a write that failed. LMDB calls it an I/O error when a disk becomes full in the middle of a page. */
export function writeError(folder: string, error: unknown): DataDirectoryWriteError {
  try {
    assertRoom(folder, 0);
  } catch (full) {
    return new DataDirectoryWriteError(folder, full);
  }
  return new DataDirectoryWriteError(folder, error);
}
