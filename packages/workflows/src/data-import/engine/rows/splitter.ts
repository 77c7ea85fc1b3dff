/** Splits decoded text into rows and hands each on; chunks may be cut anywhere. */
export interface Splitter {
  push(chunk: Uint8Array): void;
  end(): void;
}

/** Receives a row's bytes, from `start` to `end`, and the line it begins on, from 1. */
export type OnRow = (bytes: Buffer, start: number, end: number, line: number) => void;

const lineFeed = 0x0a;

/** How many lines end between two places. */
export function linesIn(bytes: Uint8Array, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; at++) if (bytes[at] === lineFeed) lines++;
  return lines;
}
