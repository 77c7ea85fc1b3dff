import type { z } from "zod";
import type { Role } from "../run.js";
import type { Step } from "../step/step.js";
import type { Condition } from "./conditions.js";
import type { Block } from "./draft.js";
import type { Expression } from "./expression.js";
import type { Constant, Selection } from "./refs.js";

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
  /** The state that a person sees this one as a part of, where the builder made several of one construct. */
  readonly part?: string;
}

export interface StepNode extends Named {
  readonly kind: "step";
  readonly step: Step;
  readonly input: Selection;
  /** Counts the visits of a loop from 0. */
  readonly visit: Expression | null;
  /** Takes back what the step has done. */
  readonly compensate: Step | null;
  readonly next: Edge;
  caught: Edge | null;
  /** Where a RetryAfter goes, to be back when its time has come. */
  readonly later: Edge | null;
}

export interface ChoiceNode extends Named {
  readonly kind: "choice";
  readonly rules: { readonly condition: Condition; readonly edge: Edge }[];
  otherwise: Edge | null;
}

export interface WaitNode extends Named {
  readonly kind: "wait";
  /** Seconds are reckoned from the checkpoint before; an exact time is the builder's own affair. */
  readonly until:
    | { readonly seconds: Selection }
    | { readonly time: Selection }
    | { readonly exactly: Expression };
  /** Set when the ways to the wait are known. */
  timestamp?: Expression;
  readonly next: Edge;
}

/** Sets out for a loop: its deadline is reckoned from the checkpoint before. */
export interface StartNode extends Named {
  readonly kind: "start";
  readonly deadline: { readonly variable: string; readonly seconds: Selection };
  readonly next: Edge;
}

/** Asks a person, and waits for the answer until the deadline. */
export interface ApprovalNode extends Named {
  readonly kind: "approval";
  readonly stage: string;
  readonly role: Role;
  readonly form: z.ZodObject;
  readonly title: Selection;
  readonly details: Selection;
  readonly deadlineSeconds: Selection;
  /** What is decided where nobody does; null where the deadline has a way of its own. */
  readonly byDefault: Constant;
  /** Set when the ways to the approval are known. */
  deadline?: Expression;
  readonly next: Edge;
  /** At the deadline. */
  readonly late: Edge;
  caught: Edge | null;
}

/** Asks, at an approval's deadline, what was decided at the last moment. */
export interface ExpireNode extends Named {
  readonly kind: "expire";
  readonly approval: ApprovalNode;
  readonly next: Edge;
  caught: Edge | null;
}

/** A state as its author wrote it. */
export interface RawNode extends Named {
  readonly kind: "raw";
  readonly state: Selection;
  /** A Pass and a Wait have no Catch. */
  readonly canFail: boolean;
  readonly next: Edge;
  caught: Edge | null;
}

export interface SucceedNode extends Named {
  readonly kind: "succeed";
  readonly output: Selection;
}

export interface FailNode extends Named {
  readonly kind: "fail";
  error: Selection;
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
  | StartNode
  | ApprovalNode
  | ExpireNode
  | RawNode
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
      return present([node.next, node.later, node.caught]);
    case "approval":
      return present([node.next, node.late, node.caught]);
    case "expire":
    case "raw":
    case "parallel":
    case "map":
      return present([node.next, node.caught]);
    case "choice":
      return present([...node.rules.map((rule) => rule.edge), node.otherwise]);
    case "wait":
    case "start":
      return [node.next];
    case "succeed":
    case "fail":
    case "yield":
      return [];
  }
}

function present(edges: readonly (Edge | null)[]): Edge[] {
  return edges.filter((edge) => edge !== null);
}
