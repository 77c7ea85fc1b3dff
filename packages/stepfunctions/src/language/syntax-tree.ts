/** What this folder reads of jsonata's syntax tree. */
export interface AstNode {
  type: string;
  value?: unknown;
  steps?: AstNode[];
  expressions?: AstNode[];
  expression?: AstNode;
  lhs?: AstNode | [AstNode, AstNode][];
  rhs?: AstNode;
  condition?: AstNode;
  then?: AstNode;
  else?: AstNode;
  procedure?: AstNode;
  arguments?: AstNode[];
  keepArray?: boolean;
  keepSingletonArray?: boolean;
  predicate?: AstFilter[];
  stages?: AstFilter[];
  focus?: string;
  index?: string;
}

export interface AstFilter {
  type: string;
  expr: AstNode;
}

/** Whether a node holds nothing but its type, value, position and the parts named. */
export function isPlain(node: AstNode, ...parts: string[]): boolean {
  return Object.keys(node).every((key) => BARE.has(key) || parts.includes(key));
}
const BARE = new Set(["type", "value", "position"]);

/** Every node of a tree. */
export function* nodesOf(ast: AstNode): Generator<AstNode> {
  const stack: unknown[] = [ast];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (typeof node !== "object" || node === null) continue;
    if ("type" in node) yield node as AstNode;
    for (const part of Object.values(node)) if (typeof part === "object" && part !== null) stack.push(part);
  }
}

/** The variables that an expression reads, and those of them that it does not bind itself. */
export function variablesOf(ast: AstNode): { variables: Set<string>; free: Set<string> } {
  const variables = new Set<string>();
  const bound = new Set<string>();
  for (const { type, value, lhs, arguments: parameters, focus, index } of nodesOf(ast)) {
    if (type === "variable" && typeof value === "string" && value !== "" && value !== "$")
      variables.add(value);
    if (type === "bind") bound.add(String((lhs as AstNode).value));
    if (type === "lambda") for (const parameter of parameters ?? []) bound.add(String(parameter.value));
    if (typeof focus === "string") bound.add(focus);
    if (typeof index === "string") bound.add(index);
  }
  return { variables, free: new Set([...variables].filter((name) => !bound.has(name))) };
}
