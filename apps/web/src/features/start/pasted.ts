/** What is selected in a text: from a place to another, both the same where nothing is. */
interface Selected {
  readonly from: number;
  readonly to: number;
}

/**
 * The rows that come in place of the row `text` when lines are pasted into it; null where they fit into the row, as they do
 * in any text field. What is selected is replaced; where nothing is, an entry that stands there stays, and the lines come
 * below it.
 */
export function pastedRows(text: string, { from, to }: Selected, pasted: string): readonly string[] | null {
  const lines = pasted
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length < 2) return null;
  if (from === to) return text === "" ? lines : [text, ...lines];
  const last = lines.length - 1;
  return lines.map(
    (line, index) => (index === 0 ? text.slice(0, from) : "") + line + (index === last ? text.slice(to) : ""),
  );
}
