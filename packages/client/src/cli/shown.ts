/** What a terminal obeys in place of showing it, ends a line at, or turns the direction of writing by. */
const obeyed = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text on one line, with nothing in it that a terminal obeys: that is written as JSON writes it, and stays the same JSON. */
export function shown(text: string): string {
  return text.replace(obeyed, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
