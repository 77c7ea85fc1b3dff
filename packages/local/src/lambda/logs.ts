import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";

const maxLineLength = 262_144;
const maxFileBytes = 10 * 1024 * 1024;
const tailBytes = 4096;

export interface FunctionLogs {
  /** Adds a line that a function wrote. */
  write(functionName: string, requestId: string, line: string): void;
  /** Resolves when what was added so far is in the files. */
  flush(): Promise<void>;
}

/**
 * Keeps what functions write in `<folder>/<function>.log`: JSON lines with the function and the request
 * added. A file of 10 MB moves aside as `<function>.1.log`.
 */
export function openFunctionLogs(folder: string): FunctionLogs {
  const pending = new Map<string, string[]>();
  let writing: Promise<void> | null = null;

  async function drain(): Promise<void> {
    await mkdir(folder, { recursive: true });
    while (pending.size > 0) {
      for (const [name, lines] of [...pending]) {
        pending.delete(name);
        await append(join(folder, name), lines.join(""));
      }
    }
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

async function append(base: string, text: string): Promise<void> {
  const file = `${base}.log`;
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > maxFileBytes) await rename(file, `${base}.1.log`);
  await appendFile(file, text);
}

function entry(functionName: string, requestId: string, line: string): string {
  const about = { function: functionName, awsRequestId: requestId };
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return JSON.stringify({ ...parsed, ...about });
    }
  } catch {
    // Plain text: below.
  }
  return JSON.stringify({ time: new Date().toISOString(), ...about, message: line });
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
