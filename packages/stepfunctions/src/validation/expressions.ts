import { parseExpression } from "../language/parse.js";
import { jsonataSource } from "../language/template.js";
import type { Site } from "./shape.js";

/** What of $states an expression may read, besides input and context. */
export interface Readable {
  result?: boolean;
  errorOutput?: boolean;
}

type Node = Record<string, unknown>;

/** Whether a string is meant as JSONata: AWS tells those that begin or end like an expression and are none. */
export function looksLikeJsonata(value: unknown): boolean {
  return typeof value === "string" && (value.startsWith("{%") || value.endsWith("%}"));
}

/** Checks a string of a JSONata state: plain text, or an expression that must parse and read only what there is. */
export function checkJsonata(value: string, at: string, site: Site, readable: Readable = {}): void {
  if (!looksLikeJsonata(value)) return;
  const source = jsonataSource(value);
  if (source === undefined)
    return site.findings.error(at, "JSONata string must start with {% and end with %}");
  const parsed = parseJsonata(source);
  if ("error" in parsed) return site.findings.error(at, parsed.error, "INVALID_JSONATA_EXPRESSION");
  for (const reference of topLevelReferences(parsed.tree)) checkReference(reference, at, site, readable);
}

type Parsed = { tree: Node } | { error: string };

// jsonata takes a tenth of a millisecond to parse the shortest expression, and each is looked at twice.
const recent = new Map<string, Parsed>();
const MOST_RECENT = 1_000;
const LONGEST_RECENT = 4_096;

/** The parsed expression, or the parser's message. */
export function parseJsonata(source: string): Parsed {
  const known = recent.get(source);
  if (known !== undefined) return known;
  const parsed = parse(source);
  if (recent.size >= MOST_RECENT) recent.clear();
  if (source.length <= LONGEST_RECENT) recent.set(source, parsed);
  return parsed;
}

function parse(source: string): Parsed {
  try {
    return { tree: parseExpression(source).ast() as unknown as Node };
  } catch (error) {
    if (error instanceof RangeError) return { error: "The expression nests too deeply" };
    return { error: String((error as { message?: unknown }).message) };
  }
}

function checkReference(reference: string, at: string, site: Site, readable: Readable): void {
  if (reference === "$states.result" || reference === "$states.errorOutput") {
    const field = reference.slice("$states.".length) as keyof Readable;
    if (readable[field]) return;
    const message = `Field '${reference}' does not exist.`;
    if (field === "errorOutput") site.findings.error(at, message, "UNSUPPORTED_JSONATA_EXPRESSION");
    else site.findings.warning(at, message, "UNSUPPORTED_JSONATA_EXPRESSION");
    return;
  }
  const where = reference === "$$" ? "" : " at the top level";
  site.findings.error(
    at,
    `Reference to '${reference}'${where} is not supported.`,
    "UNSUPPORTED_JSONATA_EXPRESSION",
  );
}

/**
 * What an expression reads of the item it is evaluated against, in writing order. In a state there is no such item:
 * AWS refuses `phone`, `$` and `$$` and accepts `$states.input.phone`. Only the first step of a path sees it; the later
 * steps, predicates, sort terms and groupings see what the step before them gave, and a function's body sees what its
 * definition does.
 */
function topLevelReferences(tree: Node): Set<string> {
  const found = new Set<string>();
  const stack: unknown[] = [tree];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const name = readsOf(node as Node);
    if (name !== undefined) found.add(name);
    for (const part of partsAtTopLevel(node as Node).reverse()) if (part !== undefined) stack.push(part);
  }
  return found;
}

function readsOf(node: Node): string | undefined {
  if (node.type === "name") return String(node.value);
  if (node.type === "variable") return node.value === "" ? "$" : node.value === "$" ? "$$" : undefined;
  if (node.type !== "path") return undefined;
  const [first, second] = node.steps as Node[];
  const ofStates = first?.type === "variable" && first.value === "states" && second?.type === "name";
  return ofStates && (second.value === "errorOutput" || second.value === "result")
    ? `$states.${second.value}`
    : undefined;
}

function partsAtTopLevel(node: Node): unknown[] {
  const list = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : []);
  switch (node.type) {
    case "path":
      return list(node.steps).slice(0, 1);
    case "unary":
      return node.value === "{" ? list(node.lhs).flat() : [...list(node.expressions), node.expression];
    case "binary":
    case "apply":
      return [node.lhs, node.rhs];
    case "function":
    case "partial":
      return [node.procedure, ...list(node.arguments)];
    case "lambda":
      return [node.body];
    case "condition":
      return [node.condition, node.then, node.else];
    case "block":
      return list(node.expressions);
    case "bind":
      return [node.rhs];
    default:
      return [];
  }
}
