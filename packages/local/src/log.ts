import { appendFileSync, chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

export interface Logger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Writes JSON lines to a file; warnings and errors also to `echo`, as plain sentences. Lines that the file does not take go there. */
export function fileLogger(file: string, echo?: (line: string) => void): Logger {
  mkdirSync(dirname(file), { recursive: true });
  // The folder's, for functions write their logs below it; the data folder itself must stay open to Postgres' user.
  chmodSync(dirname(file), 0o700);
  let lost = false;
  const write = (level: string, message: string, fields: Record<string, unknown> = {}) => {
    const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...plain(fields) });
    try {
      appendFileSync(file, `${line}\n`);
      lost = false;
    } catch (error) {
      if (!lost) echo?.(`${file} cannot be written (${(error as Error).message}): is the disk full?`);
      lost = true;
      echo?.(line);
    }
    if (level !== "info") echo?.(message);
  };
  return {
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

/** JSON.stringify makes `{}` of an Error: this keeps what it says. */
function plain(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, value]): [string, unknown] => [
    key,
    value instanceof Error ? (value.stack ?? value.message) : value,
  ]);
  return Object.fromEntries(entries);
}
