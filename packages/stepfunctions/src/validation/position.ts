import { type Node, parseTree } from "jsonc-parser";
import { parseJson } from "../json.js";

/** A place in a text: lines and columns count from 1. */
export interface Position {
  line: number;
  column: number;
}

/**
 * Finds the place that a diagnostic's location names: that of the field's name, or of the value where there is none.
 * @param location as in Diagnostic: `/States/A/Choices[0]/Next`, or the place of a JSON syntax error
 * @returns undefined for a location that the text does not have
 */
export function locate(text: string, location: string): Position | undefined {
  const stated = /; line: (\d+), column: (\d+)\]$/.exec(location);
  if (stated !== null) return { line: Number(stated[1]), column: Number(stated[2]) };
  const root = readTree(text);
  const node = root === undefined ? undefined : find(root, location === "/" ? "" : location);
  return node === undefined ? undefined : positionAt(text, node.offset);
}

function readTree(text: string): Node | undefined {
  try {
    // Refuses what nests too deeply for the library, which recurses.
    parseJson(text);
    return parseTree(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Names may hold any character, slashes too: each member whose name the location goes on with is tried. */
function find(node: Node, rest: string): Node | undefined {
  if (rest === "") return node.parent?.type === "property" ? node.parent : node;
  const index = /^\[(\d+)\]/.exec(rest);
  if (node.type === "array") {
    const item = index === null ? undefined : node.children?.[Number(index[1])];
    return item === undefined ? undefined : find(item, rest.slice(index?.[0].length));
  }
  for (const { children: [name, value] = [] } of node.type === "object" ? (node.children ?? []) : []) {
    const start = `/${String(name?.value)}`;
    const found =
      value !== undefined && goesOn(rest, start) ? find(value, rest.slice(start.length)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function goesOn(rest: string, start: string): boolean {
  return rest.startsWith(start) && ["", "/", "["].includes(rest.charAt(start.length));
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
