import type { Readable } from "node:stream";

/** A line that does not end is cut here. */
const maxLine = 1_048_576;

/** Reads a stream of text line by line. */
export function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maxLine) {
      lines.push(rest);
      rest = "";
    }
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}

/** What marks the lines of one invocation in the output of a process that holds several. */
export function marked(mark: string, id: number, line: string): string {
  return `${mark}${id} ${line}\n`;
}

/** Whose line it is, null for one that belongs to no invocation. */
export function ownerOf(mark: string, line: string): { readonly id: number | null; readonly text: string } {
  if (!line.startsWith(mark)) return { id: null, text: line };
  const end = line.indexOf(" ", mark.length);
  return { id: Number(line.slice(mark.length, end)), text: line.slice(end + 1) };
}
