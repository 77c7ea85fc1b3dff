import { type JSONPath, visit } from "jsonc-parser";
import type { Findings } from "./diagnostics.js";

/** Warns of names that stand twice in an object: the last of them counts, and the others are lost without a word. */
export function warnOfDuplicates(text: string, findings: Findings): void {
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(name, _offset, _length, _line, _column, pathOf) {
      const names = open.at(-1);
      if (names?.has(name) === true)
        findings.warning(
          locationOf([...pathOf(), name]),
          `The name '${name}' stands twice in this object, and only the last one counts`,
          "DUPLICATE_FIELD",
        );
      names?.add(name);
    },
  });
}

function locationOf(path: JSONPath): string {
  return path.map((part) => (typeof part === "number" ? `[${part}]` : `/${part}`)).join("");
}
