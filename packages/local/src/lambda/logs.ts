import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";

const maxLineLength = 262_144;
const maxFileBytes = 10 * 1024 * 1024;
const tailBytes = 4096;

export interface FunctionLogs {
  /** Adds a line that a function wrote; `requestId` is null for one that belongs to no invocation. */
  write(functionName: string, requestId: string | null, line: string): void;
  /** Resolves when what was added so far is in the files. */
  flush(): Promise<void>;
}

/**
 * Keeps what functions write in `<folder>/<function>.log`: JSON lines with the function and the request
 * added. A file of 10 MB moves aside as `<function>.1.log`.
 */
export function openFunctionLogs(folder: string): FunctionLogs {
  const pending = new Map<string, string[]>();
  /** Bytes of the files that have been written to; asking the disk each time would be half of what a line costs. */
  const sizes = new Map<string, number>();
  let writing: Promise<void> | null = null;

  async function drain(): Promise<void> {
    while (pending.size > 0) {
      for (const [name, lines] of [...pending]) {
        pending.delete(name);
        await append(name, lines.join(""));
      }
    }
  }

  async function append(name: string, text: string): Promise<void> {
    const base = join(folder, name);
    const file = `${base}.log`;
    let size = sizes.get(name) ?? (await sizeOf(file));
    // What follows may fail, and then nothing is known of the file.
    sizes.delete(name);
    if (size > maxFileBytes) {
      await rename(file, `${base}.1.log`);
      size = 0;
    }
    await appendFile(file, text).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Before the first line there is no folder.
      await mkdir(folder, { recursive: true });
      await appendFile(file, text);
      size = 0;
    });
    sizes.set(name, size + Buffer.byteLength(text));
  }

  return {
    write(functionName, requestId, line) {
      const lines = pending.get(functionName) ?? [];
      lines.push(`${entry(functionName, requestId, line.slice(0, maxLineLength))}\n`);
      pending.set(functionName, lines);
      // A full disk must not take the functions down: their log is the lesser loss.
      writing ??= drain()
        .catch(() => {})
        .finally(() => {
          writing = null;
        });
    },
    async flush() {
      while (writing !== null) await writing;
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The line as it is where that is a JSON object, with whose it is as its last fields, which win over its own. */
function entry(functionName: string, requestId: string | null, line: string): string {
  const about = JSON.stringify({
    function: functionName,
    ...(requestId !== null && { awsRequestId: requestId }),
  });
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      const text = line.trim();
      return text === "{}" ? about : `${text.slice(0, text.lastIndexOf("}"))},${about.slice(1)}`;
    }
  } catch {
    // Plain text: below.
  }
  const time = new Date().toISOString();
  return `${JSON.stringify({ time }).slice(0, -1)},${about.slice(1, -1)},${JSON.stringify({ message: line }).slice(1)}`;
}

/** Collects the end of one invocation's log, as the LogType Tail answer carries it. */
export function logTail(): { add(line: string): void; base64(): string } {
  let text = "";
  return {
    add(line) {
      text = `${text}${line}\n`.slice(-tailBytes);
    },
    base64: () => Buffer.from(text).subarray(-tailBytes).toString("base64"),
  };
}
