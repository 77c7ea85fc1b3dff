import type { Step } from "../step/step.js";
import type { Block } from "./draft.js";
import type { Condition } from "./conditions.js";
import type { Expression } from "./expression.js";
import type { Selection } from "./refs.js";

/** A variable that a transition sets on its way. */
export interface Assignment {
  readonly variable: string;
  readonly value: Expression;
}

/** A way from a state (or the start) to the next one; `to` is empty until the flow is continued. */
export class Edge {
  to: string | undefined;
  readonly from: string | null;
  readonly kind: "start" | "next" | "catch" | "when" | "otherwise";
  readonly label: string | null;
  readonly assigns: Assignment[];

  constructor(
    from: string | null,
    kind: Edge["kind"],
    options: { label?: string | null; assigns?: Assignment[] } = {},
  ) {
    this.from = from;
    this.kind = kind;
    this.label = options.label ?? null;
    this.assigns = options.assigns ?? [];
  }
}

interface Named {
  readonly name: string;
}

export interface StepNode extends Named {
  readonly kind: "step";
  readonly step: Step;
  readonly input: Selection;
  readonly next: Edge;
  caught: Edge | null;
}

export interface ChoiceNode extends Named {
  readonly kind: "choice";
  readonly rules: { readonly condition: Condition; readonly edge: Edge }[];
  otherwise: Edge | null;
}

export interface WaitNode extends Named {
  readonly kind: "wait";
  /** Seconds are reckoned from the checkpoint before. */
  readonly until: { readonly seconds: Selection } | { readonly time: Selection };
  /** Set when the ways to the wait are known. */
  timestamp?: Expression;
  readonly next: Edge;
}

export interface SucceedNode extends Named {
  readonly kind: "succeed";
  readonly output: Selection;
}

export interface FailNode extends Named {
  readonly kind: "fail";
  readonly error: Selection;
  /** Several branches end here, each with its own error in this variable. */
  shared: string | null;
}

/** The end of a branch or an item, with its result. */
export interface YieldNode extends Named {
  readonly kind: "yield";
  readonly output: Selection;
  /** The time of the checkpoint before, where somebody outside reckons from it. */
  completedAt?: Expression;
}

interface ContainerNode extends Named {
  readonly next: Edge;
  caught: Edge | null;
}

export interface ParallelNode extends ContainerNode {
  readonly kind: "parallel";
  readonly branches: readonly { readonly key: string; readonly block: Block }[];
}

export interface MapNode extends ContainerNode {
  readonly kind: "map";
  readonly items: Selection;
  readonly block: Block;
  readonly maxConcurrency: number;
  readonly toleratedFailurePercentage: number | null;
}

export type Node =
  | StepNode
  | ChoiceNode
  | WaitNode
  | SucceedNode
  | FailNode
  | YieldNode
  | ParallelNode
  | MapNode;

/** The blocks inside a state. */
export function blocksOf(node: Node): readonly Block[] {
  switch (node.kind) {
    case "parallel":
      return node.branches.map(({ block }) => block);
    case "map":
      return [node.block];
    default:
      return [];
  }
}

/** The ways out of a state. */
export function edgesOf(node: Node): Edge[] {
  switch (node.kind) {
    case "step":
    case "parallel":
    case "map":
      return node.caught ? [node.next, node.caught] : [node.next];
    case "choice":
      return [...node.rules.map((rule) => rule.edge), ...(node.otherwise ? [node.otherwise] : [])];
    case "wait":
      return [node.next];
    case "succeed":
    case "fail":
    case "yield":
      return [];
  }
}
