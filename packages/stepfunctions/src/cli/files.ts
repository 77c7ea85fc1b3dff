import { readFileSync } from "node:fs";
import { CommandError } from "./errors.js";

/** The text of a file, of standard input for "-". @throws CommandError */
export function readText(file: string, what: string): string {
  try {
    const bytes = readFileSync(file === "-" ? 0 : file);
    // A byte order mark goes; what is not UTF-8 is no text.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CommandError(
      `${what} ${file === "-" ? "from standard input" : file} cannot be read: ${reason(error)}`,
    );
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "its permissions forbid it";
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "it is not UTF-8";
  return message;
}
