import { FatalError } from "@longhaul/kit/step";

/** What can be wrong with a file as a whole. Reading it again cannot help. */
export type FileProblem =
  | "EMPTY_FILE"
  | "NOT_A_TABLE"
  | "WRONG_ENCODING"
  | "LINE_TOO_LONG"
  | "INFLATED_TOO_LARGE"
  | "BROKEN_GZIP"
  | "NO_ROWS"
  | "DUPLICATE_COLUMNS"
  | "TOO_MANY_COLUMNS"
  | "BROKEN_JSON"
  | "FILE_CHANGED";

/** A sentence for the person who uploaded the file, and how to mend it where that is known. */
export function fileProblem(code: FileProblem, message: string, cause?: unknown): FatalError {
  return new FatalError(message, { code, cause });
}

/** 1234567 as 1,234,567. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Bytes in the unit a person would use, in powers of 1024 as file managers do. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1024;
  while (value >= 1024 && units.length > 1) {
    value /= 1024;
    units.shift();
  }
  return `${Number(value.toFixed(1))} ${units[0]}`;
}
