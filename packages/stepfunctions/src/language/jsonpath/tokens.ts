import type { Predicate } from "./filter.js";

/** One step of a path, as in Jayway JsonPath (https://github.com/json-path/JsonPath), which AWS uses. */
export type Token =
  | { kind: "property"; names: string[] }
  | { kind: "index"; indexes: number[] }
  | { kind: "slice"; from: number | undefined; to: number | undefined }
  | { kind: "wildcard" }
  | { kind: "scan" }
  | { kind: "filter"; accepts: Predicate }
  | { kind: "function"; name: string; argument: number | undefined };

/** What a path starts from: `$`, `$$`, `@` inside a filter, or a workflow variable. */
export type Root =
  | { kind: "data" }
  | { kind: "context" }
  | { kind: "current" }
  | { kind: "variable"; name: string };

/** Whether a token can lead to one value at most. A list of names at the end of a path gives one object. */
export function isDefinite(token: Token, last: boolean): boolean {
  switch (token.kind) {
    case "property":
      return token.names.length === 1 || last;
    case "index":
      return token.indexes.length === 1;
    case "function":
      return true;
    default:
      return false;
  }
}

/** A token as AWS writes it in messages. */
export function fragment(token: Token): string {
  switch (token.kind) {
    case "property":
      return `[${token.names.map((name) => `'${name}'`).join(",")}]`;
    case "index":
      return `[${token.indexes.join(",")}]`;
    case "slice":
      return `[${token.from ?? ""}:${token.to ?? ""}]`;
    case "wildcard":
      return "[*]";
    case "scan":
      return "..";
    case "filter":
      return "[?]";
    case "function":
      return `.${token.name}()`;
  }
}
