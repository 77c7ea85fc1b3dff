import { isObject } from "../../json.js";
import { StateFailure } from "../failure.js";
import { copyOf, setOwn } from "./members.js";
import { parsePath } from "./syntax.js";
import type { Token } from "./tokens.js";

/** A path that names one place of a document: names and indexes only. */
export interface ReferencePath {
  readonly text: string;
  /**
   * A new document with `value` at that place; members on the way are created. `document` stays as it is.
   * @throws StateFailure States.ReferencePathConflict where the document has something else on the way
   */
  put(document: unknown, value: unknown): unknown;
}

type Step = string | number;

/**
 * Compiles a ResultPath (https://states-language.net/#reference-paths).
 * @throws SyntaxError for anything but names and indexes below `$`
 */
export function compileReferencePath(text: string): ReferencePath {
  const { root, tokens } = parsePath(text);
  if (root.kind !== "data") throw new SyntaxError(`'${text}' is not a reference path: it must start at $`);
  const steps = tokens.map((token) => stepOf(token, text));
  return {
    text,
    put: (document, value) =>
      putAt(document, steps, 0, value, (node, step) => {
        // As reported from AWS: of a list it names the step, and of a text the path.
        const what = typeof node === "object" && node !== null ? `step "${step}"` : `ReferencePath ${text}`;
        throw conflict(`Unable to apply ${what} to input ${JSON.stringify(document)}`);
      }),
  };
}

/** What a path such as ItemsPath fails with where it leads to nothing: it names the first step that cannot be made. */
export function stepFailure(tokens: readonly Token[], document: unknown): StateFailure {
  let value = document;
  let step = "";
  for (const token of tokens) {
    step =
      token.kind === "property" ? token.names.join() : token.kind === "index" ? token.indexes.join() : "";
    value = behind(token, value);
    if (value === undefined) break;
  }
  return conflict(`Unable to apply step "${step}" to input ${JSON.stringify(document)}`);
}

/** As paths are walked: a name leads into objects, an index into lists, and from their end where it is negative. */
function behind(token: Token, value: unknown): unknown {
  if (token.kind === "index")
    return Array.isArray(value) ? (value.at(token.indexes[0] ?? 0) as unknown) : undefined;
  const [name = ""] = token.kind === "property" ? token.names : [];
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function conflict(message: string): StateFailure {
  return new StateFailure("States.ReferencePathConflict", message);
}

function stepOf(token: Token, text: string): Step {
  if (token.kind === "property" && token.names.length === 1) return token.names[0] ?? "";
  const [index = 0, ...more] = token.kind === "index" ? token.indexes : [-1];
  if (index < 0 || more.length > 0)
    throw new SyntaxError(`'${text}' is not a reference path: it may hold names and indexes only`);
  return index;
}

function putAt(
  node: unknown,
  steps: Step[],
  place: number,
  value: unknown,
  fail: (node: unknown, step: Step) => never,
): unknown {
  const step = steps[place];
  if (step === undefined) return value;
  if (typeof step === "number") {
    if (!Array.isArray(node) || step >= node.length) return fail(node, step);
    return node.with(step, putAt(node[step], steps, place + 1, value, fail));
  }
  if (node !== undefined && !isObject(node)) return fail(node, step);
  const inner = node !== undefined && Object.hasOwn(node, step) ? node[step] : undefined;
  const copy = node === undefined ? {} : copyOf(node);
  setOwn(copy, step, putAt(inner, steps, place + 1, value, fail));
  return copy;
}
