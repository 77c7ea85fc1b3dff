import { freeIn } from "../analysis.js";
import type { Block } from "../draft.js";
import { executionField, variable } from "../expression.js";
import type { MapNode, ParallelNode } from "../nodes.js";
import type { AslState, AslStates } from "./asl.js";
import { expressed, resolveIn, written } from "./resolve.js";

export function parallelState({ branches }: ParallelNode, inside: (block: Block) => AslStates): AslState {
  return { Type: "Parallel", Branches: branches.map(({ block }) => inside(block)) };
}

export function mapState(node: MapNode, block: Block, inside: (block: Block) => AslStates): AslState {
  const { items, maxConcurrency, toleratedFailurePercentage, block: inner } = node;
  const distributed = inner.kind === "distributed";
  const common = {
    Type: "Map",
    Items: written(items, resolveIn(block)),
    MaxConcurrency: maxConcurrency,
    ...(toleratedFailurePercentage !== null && { ToleratedFailurePercentage: toleratedFailurePercentage }),
  };
  if (!distributed) {
    return {
      ...common,
      ItemSelector: {
        item: "{% $states.context.Map.Item.Value %}",
        index: "{% $states.context.Map.Item.Index %}",
      },
      ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...inside(inner) },
    };
  }
  return {
    ...common,
    ...(node.name.length <= 40 && { Label: node.name }),
    ItemSelector: handedIn(inner, block),
    ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, ...inside(inner) },
  };
}

/**
 * An item of a distributed map is an execution of its own, which sees no variables from around it: all
 * that its states read comes with its input, under the names that a run's own input has.
 */
function handedIn(inner: Block, block: Block): Record<string, string> {
  const always = ["run", "attempt", "correlationId"] as const;
  const free = [...freeIn(inner)].filter((name) => !inner.handedIn.has(name)).sort();
  return Object.fromEntries([
    ...always.map((name) => [name, expressed(executionField(name), block)]),
    ...free
      .map((name) => [name.replace("@", ""), expressed(variable(name), block)] as const)
      .filter(([name]) => !(always as readonly string[]).includes(name)),
    ...[...inner.handedIn].map(([name, value]) => [name, expressed(value, block)]),
  ]) as Record<string, string>;
}
