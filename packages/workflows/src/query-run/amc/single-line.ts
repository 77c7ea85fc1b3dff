import { FatalError } from "@longhaul/kit/step";

/**
 * AMC takes a query as one line, without tabs: comments go, and each run of white space outside of texts and quoted names
 * becomes a space.
 *
 * @throws FatalError QUERY_TEXT_HAS_LINES for a line end or tab within a text, which cannot be written in one line.
 */
export function singleLine(sql: string): string {
  const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\r\n]*|\/\*[^]*?\*\/|\s+|[^'"\s/-]+|[^]/g;
  let line = "";
  for (const [piece] of sql.matchAll(pieces)) {
    if (/^\s|^--|^\/\*/.test(piece)) {
      if (!line.endsWith(" ")) line += " ";
      continue;
    }
    if (/[\r\n\t]/.test(piece)) {
      const sentence =
        "A text in the query holds a line end or a tab, which Amazon Marketing Cloud does not take.";
      throw new FatalError(sentence, { code: "QUERY_TEXT_HAS_LINES" });
    }
    line += piece;
  }
  return line.trim();
}
