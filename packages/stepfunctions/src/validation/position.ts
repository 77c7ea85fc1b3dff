import { type Node, type ParseError, parseTree } from "jsonc-parser";

/** A place in a text: lines and columns count from 1, columns in UTF-16 code units. */
export interface Position {
  line: number;
  column: number;
}

/**
 * Reads a definition once to find the places of its diagnostics.
 * @returns gives the place of a diagnostic's location: of the field's name, or of the item in a list. What is not there
 * has the place of the innermost thing round it, a syntax error that of the first character that does not fit.
 */
function locator(text: string): (location: string | undefined) => Position {
  const { root, broken } = readTree(text);
  return (location = "/") => {
    if (location.startsWith("[Source: ")) return positionAt(text, broken ?? 0);
    const node = root === undefined ? undefined : find(root, location === "/" ? "" : location).node;
    return positionAt(text, (node?.parent?.type === "property" ? node.parent : node)?.offset ?? 0);
  };
}

/** The place of one location; see locator. */
export function locate(text: string, location: string | undefined): Position {
  return locator(text)(location);
}

function readTree(text: string): { root?: Node | undefined; broken?: number | undefined } {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    return { root, broken: errors[0]?.offset };
  } catch (error) {
    // What nests too deeply has no places.
    if (error instanceof RangeError) return {};
    throw error;
  }
}

/**
 * Goes down as far as the location leads. Names may hold any character, slashes and brackets too, so each member with
 * which the location goes on is tried, and the one that leads furthest is taken.
 */
function find(node: Node, rest: string): { node: Node; rest: string } {
  let best = { node, rest };
  for (const [part, name] of partsOf(node)) {
    if (best.rest === "") break;
    const found = goesOn(rest, name) ? find(part, rest.slice(name.length)) : best;
    if (found.rest.length < best.rest.length) best = found;
  }
  return best;
}

function* partsOf(node: Node): Generator<[part: Node, name: string]> {
  for (const [index, part] of (node.children ?? []).entries()) {
    if (node.type === "array") yield [part, `[${index}]`];
    const [name, value] = node.type === "object" ? (part.children ?? []) : [];
    if (value !== undefined) yield [value, `/${String(name?.value)}`];
  }
}

function goesOn(rest: string, name: string): boolean {
  return rest.startsWith(name) && ["", "/", "["].includes(rest.charAt(name.length));
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
