const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /[^\s,\]}]+/y;

/**
 * The text of a member of the JSON object in `text`, as it is written there, or undefined when there is none.
 * `text` must be valid JSON.
 */
export function memberText(text: string, name: string): string | undefined {
  let at = skip(text, text.indexOf("{") + 1);
  while (text[at] === '"') {
    const key = end(text, at);
    const start = skip(text, skip(text, key) + 1);
    const stop = end(text, start);
    if (JSON.parse(text.slice(at, key)) === name) return text.slice(start, stop);
    at = skip(text, skip(text, stop) + 1);
  }
  return undefined;
}

/** Where the value that starts at a place ends. */
function end(text: string, at: number): number {
  const first = text[at];
  if (first !== "{" && first !== "[") return match(first === '"' ? STRING : SCALAR, text, at);
  let depth = 0;
  for (let place = at; place < text.length; place += 1) {
    const character = text[place];
    if (character === '"') place = match(STRING, text, place) - 1;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    if (depth === 0) return place + 1;
  }
  return text.length;
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.exec(text);
  return pattern.lastIndex;
}

function skip(text: string, at: number): number {
  return match(/\s*/y, text, at);
}
