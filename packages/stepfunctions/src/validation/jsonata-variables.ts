// The functions of JSONata and those that AWS adds.
const BUILT_IN = new Set(
  (
    "abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl " +
    "decodeUrlComponent distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase " +
    "formatInteger formatNumber fromMillis hash join keys length lookup lowercase map match max merge millis min not " +
    "now number pad parse parseInteger partition power random range reduce replace reverse round shuffle sift single " +
    "sort split spread sqrt string substring substringAfter substringBefore sum toMillis trim type typeOf uppercase " +
    "uuid zip"
  ).split(" "),
);

const TAKE_FUNCTIONS = new Set([
  "map",
  "filter",
  "single",
  "reduce",
  "sift",
  "each",
  "sort",
  "match",
  "replace",
]);

type Node = Record<string, unknown>;

/**
 * The workflow variables that an expression reads: all names but its own bindings and parameters, `$states`, and the
 * functions that it calls or hands over.
 */
export function jsonataVariables(tree: Node): Set<string> {
  const read = new Set<string>();
  const bound = new Set<string>();
  const stack: { node: unknown; called: boolean }[] = [{ node: tree, called: false }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { node, called } = item;
    if (typeof node !== "object" || node === null) continue;
    if (isVariable(node) && !(called && BUILT_IN.has(node.value))) read.add(node.value);
    for (const name of bindingsOf(node as Node)) bound.add(name);
    const callable = callableParts(node as Node);
    for (const [key, part] of Object.entries(node))
      if (typeof part === "object" && part !== null)
        // The arguments of a call are a list one level down.
        stack.push({ node: part, called: callable.includes(key) || (called && Array.isArray(node)) });
  }
  for (const name of ["", "$", "states", ...bound]) read.delete(name);
  return read;
}

/** The members of a node where a name is that of a function. */
function callableParts({ type, procedure }: Node): string[] {
  if (type === "apply") return ["rhs"];
  if (type !== "function" && type !== "partial") return [];
  const takesFunctions = TAKE_FUNCTIONS.has(String((procedure as Node | undefined)?.value));
  return takesFunctions ? ["procedure", "arguments"] : ["procedure"];
}

function isVariable(node: object): node is { value: string } {
  return "type" in node && node.type === "variable" && "value" in node && typeof node.value === "string";
}

function bindingsOf({ type, lhs, arguments: parameters, focus, index }: Node): string[] {
  const names: unknown[] = [focus, index];
  if (type === "bind") names.push((lhs as Node).value);
  if (type === "lambda") for (const { value } of (parameters as Node[] | undefined) ?? []) names.push(value);
  return names.filter((name) => typeof name === "string");
}
