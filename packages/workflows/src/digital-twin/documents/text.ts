import { damaged } from "./problems.js";

/** Text in UTF-8, UTF-16 with its mark, or the old Western encoding. @throws Refused for what is no text. */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.subarray(0, 65_536).includes(0)) throw damaged();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * Markdown without its marks: what a person would read aloud. What stands between two marks never reaches over the next
 * one that may open: else each of a million opened ones would be looked for its end up to the end of the line.
 */
export function plainMarkdown(text: string): string {
  return text
    .replace(/^---\n[\s\S]*?\n---\n/, "")
    .replace(/^(```|~~~)[^\n]*$/gm, "")
    .replace(/!\[([^[\]\n]*)\]\([^[)\n]*\)/g, "$1")
    .replace(/\[([^[\]\n]+)\]\([^[)\n]*\)/g, "$1")
    .replace(/^#{1,6}\s+(.*)$/gm, "$1\n")
    .replace(/^[ \t]*>[ \t]?/gm, "")
    .replace(/^[ \t]*(?:[-*+]|\d+\.)[ \t]+/gm, "")
    .replace(/\*\*(?=\S)((?:[^*\n]|\*(?!\*))+)(?<=\S)\*\*/g, "$1")
    .replace(/__(?=\S)((?:[^_\n]|_(?!_))+)(?<=\S)__/g, "$1")
    .replace(/`([^`\n]+)`/g, "$1");
}
