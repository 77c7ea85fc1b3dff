import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";

const maxLineLength = 262_144;
const maxFileBytes = 10 * 1024 * 1024;
const tailBytes = 4096;
/**
 * How long a file is kept open, since a function that writes much had its file opened for each line. No longer, so that a file
 * that somebody takes away is made anew, and that the files of quiet functions are not held.
 */
const keptOpenMs = 1_000;

export interface FunctionLogs {
  /** Adds a line that a function wrote; `requestId` is null for one that belongs to no invocation. */
  write(functionName: string, requestId: string | null, line: string): void;
  /** Resolves when what was added so far is in the files, and lets go of them. */
  flush(): Promise<void>;
}

interface OpenFile {
  readonly handle: FileHandle;
  /** Bytes; asking the disk each time would be half of what a line costs. */
  size: number;
}

/**
 * Keeps what functions write in `<folder>/<function>.log`: JSON lines with the function and the request
 * added. A file of 10 MB moves aside as `<function>.1.log`.
 */
export function openFunctionLogs(folder: string): FunctionLogs {
  const pending = new Map<string, string[]>();
  const files = new Map<string, OpenFile>();
  let writing: Promise<void> | null = null;
  let closesAt: NodeJS.Timeout | null = null;

  async function drain(): Promise<void> {
    while (pending.size > 0) {
      for (const [name, lines] of [...pending]) {
        pending.delete(name);
        await append(name, lines.join(""));
      }
    }
  }

  async function append(name: string, text: string): Promise<void> {
    let file = await fileOf(name);
    if (file.size > maxFileBytes) {
      await close(name);
      await rename(pathOf(name), join(folder, `${name}.1.log`));
      file = await fileOf(name);
    }
    try {
      await file.handle.appendFile(text);
      file.size += Buffer.byteLength(text);
    } catch (error) {
      // Nothing is known of the file now.
      await close(name);
      throw error;
    }
  }

  const pathOf = (name: string) => join(folder, `${name}.log`);

  async function fileOf(name: string): Promise<OpenFile> {
    const known = files.get(name);
    if (known) return known;
    const handle = await open(pathOf(name), "a").catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Before the first line there is no folder.
      await mkdir(folder, { recursive: true });
      return open(pathOf(name), "a");
    });
    const file: OpenFile = { handle, size: 0 };
    files.set(name, file);
    closesAt ??= setTimeout(() => void inTurn(closeAll), keptOpenMs).unref();
    file.size = (await handle.stat()).size;
    return file;
  }

  async function close(name: string): Promise<void> {
    const file = files.get(name);
    files.delete(name);
    await file?.handle.close().catch(() => {});
  }

  async function closeAll(): Promise<void> {
    if (closesAt !== null) clearTimeout(closesAt);
    closesAt = null;
    for (const name of [...files.keys()]) await close(name);
  }

  /** One at a time: a file is not closed while it is written to. What is added meanwhile is written by the same turn. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn: Promise<void> = (writing ?? Promise.resolve())
      .then(work)
      .then(drain)
      // A full disk must not take the functions down: their log is the lesser loss.
      .catch(() => {})
      .then(() => {
        if (writing !== turn) return;
        writing = null;
        if (pending.size > 0) void inTurn(drain);
      });
    writing = turn;
    return turn;
  }

  return {
    write(functionName, requestId, line) {
      const lines = pending.get(functionName) ?? [];
      lines.push(`${entry(functionName, requestId, line.slice(0, maxLineLength))}\n`);
      pending.set(functionName, lines);
      if (writing === null) void inTurn(drain);
    },
    flush: () => inTurn(closeAll),
  };
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
