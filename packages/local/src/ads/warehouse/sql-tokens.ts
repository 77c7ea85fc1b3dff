/** A piece of SQL with the white space before it. */
export interface SqlToken {
  readonly kind: "word" | "string" | "identifier" | "number" | "operator";
  readonly text: string;
  readonly space: string;
}

/** In one way only, and from where the last token ended: what ends in much white space is tried once and not in every way. */
const pattern =
  /(?<space>(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*)(?:(?<string>'(?:[^']|'')*')|(?<identifier>"(?:[^"]|"")*")|(?<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(?<word>[\p{L}_][\p{L}\p{M}\p{N}_]*)|(?<operator><>|!=|<=|>=|\|\||::|[^\s]))/giuy;

/** Reads SQL as far as is needed to tell words from texts; whether it means something is the database's to say. */
export function sqlTokens(sql: string): SqlToken[] {
  return [...sql.matchAll(pattern)].map(({ groups = {} }) => {
    const { space = "", string, identifier, number, word, operator } = groups;
    if (string !== undefined) return { kind: "string", text: string, space };
    if (identifier !== undefined) return { kind: "identifier", text: identifier, space };
    if (number !== undefined) return { kind: "number", text: number, space };
    if (word !== undefined) return { kind: "word", text: word, space };
    return { kind: "operator", text: operator ?? "", space };
  });
}
