import { z } from "zod";
import { Block, variableOf } from "../draft.js";
import { jsonata, jsonataString } from "../expression.js";
import { Edge, type ParallelNode } from "../nodes.js";

/** How the branches and items of a flow are grown: `grow` builds one and says whether it came to an end. */
export type Grow = (block: Block) => void;

const branchKey = /^[a-z][A-Za-z0-9]{0,39}$/;

/** Adds a state that goes several ways at once and goes on when all of them have ended. */
export function addParallel(
  block: Block,
  open: readonly Edge[],
  name: string,
  branches: Readonly<Record<string, Grow>>,
): ParallelNode {
  const entries = Object.entries(branches);
  if (entries.length === 0) block.refuse(`the parallel "${name}" has no branches.`);
  const next = new Edge(name, "next");
  // The state's own name comes before those of its branches.
  const inside: { key: string; block: Block }[] = [];
  const node = block.add<ParallelNode>(open, {
    kind: "parallel",
    name,
    branches: inside,
    next,
    caught: null,
  });
  block.draft.nameVariable(variableOf(name), name, block);
  for (const [key, grow] of entries) {
    if (!branchKey.test(key)) block.refuse(`the branch "${key}" of "${name}" must be named in camelCase.`);
    const inner = new Block(block.draft, `${name}${key[0]?.toUpperCase()}${key.slice(1)}`, block, "branch");
    inside.push({ key, block: inner });
    grow(inner);
  }
  const known = inside.map(({ key, block: inner }) => [key, yieldedSchema(inner)] as const);
  if (known.every(([, schema]) => schema !== null)) {
    block.draft.schemas.set(
      variableOf(name),
      z.object(Object.fromEntries(known) as Record<string, z.ZodType>),
    );
  }
  return node;
}

/** What a branch gives, where that comes whole from one schema: bounds of lists are read off it. */
function yieldedSchema(block: Block): z.ZodType | null {
  const schemas = [...block.nodes.values()].flatMap((node) => {
    if (node.kind !== "yield") return [];
    return [node.output.kind === "expression" ? node.output.expression.known?.schema : undefined];
  });
  const [first] = schemas;
  return first instanceof z.ZodType && schemas.every((schema) => schema === first) ? first : null;
}

/** What the way on from a parallel sets: the results by the names of the branches. */
export function collectBranches({ name, branches, next }: ParallelNode): void {
  const results = branches.map(({ key, block }, index) => {
    const result = `$states.result[${index}]${block.tellsTime ? ".value" : ""}`;
    return `${jsonataString(key)}: ${result}`;
  });
  next.assigns.unshift({ variable: variableOf(name), value: jsonata`{ ${results.join(", ")} }` });
}
