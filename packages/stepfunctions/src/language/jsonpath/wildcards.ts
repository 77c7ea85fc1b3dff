/** Whether a text is what a pattern of StringMatches describes: `*` is any text, `\\*` a star, `\\\\` a backslash. */
export function matchesWildcards(text: string, pattern: string): boolean {
  const pieces = piecesOf(pattern);
  const first = pieces[0] ?? "";
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? "";
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

/** What stands between the stars of a pattern. */
function piecesOf(pattern: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === "*") {
      pieces.push(piece);
      piece = "";
    } else if (character === "\\" && at + 1 < pattern.length) {
      at += 1;
      piece += pattern.charAt(at);
    } else piece += character;
  }
  return [...pieces, piece];
}
