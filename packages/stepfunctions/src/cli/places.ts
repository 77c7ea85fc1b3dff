import { findNodeAtLocation, type Node, type ParseError, parseTree } from "jsonc-parser";

/** A place in a text, counted from 1; columns are UTF-16 code units, as editors count them. */
export interface Place {
  line: number;
  column: number;
}

/** Finds places in a JSON text. */
export class JsonPlaces {
  private readonly root: Node | undefined;
  private readonly broken: number | undefined;

  constructor(private readonly text: string) {
    const errors: ParseError[] = [];
    try {
      this.root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    } catch (error) {
      // What nests too deeply has no places.
      if (!(error instanceof RangeError)) throw error;
    }
    this.broken = errors[0]?.offset;
  }

  /** Where the text stops being JSON, or its beginning. */
  syntaxError(): Place {
    return this.place(this.broken ?? 0);
  }

  /**
   * The place of a JSON pointer: the name of a member, an array's item itself. What is not there has the place of the
   * innermost thing round it. Names with slashes are found unescaped too, as AWS writes them.
   */
  pointer(pointer: string | undefined): Place {
    let node = this.root;
    let rest = (pointer ?? "").replace(/^\//, "");
    let offset = node?.offset ?? 0;
    while (node !== undefined && rest !== "") {
      const step = stepInto(node, rest);
      if (step === undefined) break;
      ({ node, rest } = step);
      offset = node.parent?.type === "property" ? node.parent.offset : node.offset;
    }
    return this.place(offset);
  }

  private place(offset: number): Place {
    const before = this.text.slice(0, offset).split(/\r\n|\n|\r/);
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

/** The node that the longest possible beginning of a pointer's rest leads to. */
function stepInto(node: Node, rest: string): { node: Node; rest: string } | undefined {
  const parts = rest.split("/");
  for (let count = node.type === "array" ? 1 : parts.length; count > 0; count -= 1) {
    const name = parts.slice(0, count).join("/");
    const unescaped = name.replaceAll("~1", "/").replaceAll("~0", "~");
    for (const candidate of [name, unescaped]) {
      const found = findNodeAtLocation(node, [node.type === "array" ? Number(candidate) : candidate]);
      if (found !== undefined) return { node: found, rest: parts.slice(count).join("/") };
    }
  }
  return undefined;
}
