const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u;

/** About how wide a text is, in times of its size; rather too wide than too narrow. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) {
    if (/[ijl.,:;'’‘!|ft()]/.test(letter)) width += 0.33;
    else if (/[mwMW—…]/.test(letter)) width += 0.86;
    else if (/[A-Z0-9]/.test(letter)) width += 0.63;
    else width += letter === " " ? 0.28 : wide.test(letter) ? 1.02 : 0.55;
  }
  return width;
}

/** Breaks a text into lines of at most `width` times its size; a word longer than a line is broken too. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text
    .replaceAll(/\s+/g, " ")
    .trim()
    .split(" ")
    .flatMap((one) => pieces(one, width))) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

function pieces(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const found: string[] = [];
  let piece = "";
  for (const letter of word) {
    if (piece && widthOf(piece + letter) > width) {
      found.push(piece);
      piece = "";
    }
    piece += letter;
  }
  return [...found, piece];
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as XML content or attribute; what XML cannot hold is left out. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, "")
    .replaceAll(/[&<>"']/g, (letter) => entities[letter] as string);
}
