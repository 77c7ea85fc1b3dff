import { placeOfWord } from "@longhaul/workflows/contracts";

/**
 * Where in the query AMC found what it refuses, as far as its sentence says: by the name that it quotes, or by the word
 * over the caret under a line of the query. AMC is given the query as one line and with its values, so that its own
 * numbers of lines and columns say nothing about the text that a person edits.
 */
export function placeOfRefusal(message: string, sql: string): { from: number; to: number } | null {
  for (const word of [...wordsAtCaret(message), ...quotedWords(message)]) {
    const place = placeOfWord(sql, word);
    if (place) return { from: place.from, to: place.to };
  }
  return null;
}

function quotedWords(message: string): string[] {
  return [...message.matchAll(/["'`]([^"'`\n]{1,200})["'`]/g)].map(([, word]) => word as string);
}

/** "LINE 1: SELECT nothing FROM t" and under it spaces and a caret. */
function wordsAtCaret(message: string): string[] {
  const lines = message.split("\n");
  const caret = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  const above = lines[caret - 1];
  if (caret < 1 || above === undefined) return [];
  const at = lines[caret]?.indexOf("^") ?? 0;
  const word = /^[\w$]+/.exec(above.slice(at))?.[0];
  return word ? [word] : [];
}
