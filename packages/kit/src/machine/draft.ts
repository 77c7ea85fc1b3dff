import type { Step } from "../step/step.js";
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
    options: { label?: string; assigns?: Assignment[] } = {},
  ) {
    this.from = from;
    this.kind = kind;
    this.label = options.label ?? null;
    this.assigns = options.assigns ?? [];
  }
}

export interface StepNode {
  readonly kind: "step";
  readonly name: string;
  readonly step: Step;
  readonly input: Selection;
  readonly next: Edge;
  caught: Edge | null;
}

export interface ChoiceNode {
  readonly kind: "choice";
  readonly name: string;
  readonly rules: { readonly condition: Condition; readonly edge: Edge }[];
  otherwise: Edge | null;
}

export interface WaitNode {
  readonly kind: "wait";
  readonly name: string;
  readonly until: { readonly seconds: Selection } | { readonly time: Selection };
  readonly next: Edge;
}

export interface SucceedNode {
  readonly kind: "succeed";
  readonly name: string;
  readonly output: Selection;
}

export interface FailNode {
  readonly kind: "fail";
  readonly name: string;
  readonly error: Selection;
}

export type Node = StepNode | ChoiceNode | WaitNode | SucceedNode | FailNode;

const stateName = /^[A-Z][A-Za-z0-9]{0,79}$/;
/** `Begin` is the state that the emitter may put in front. */
const reservedStates = new Set(["Begin"]);
const reservedVariables = new Set(["input", "run", "states", "checkpointAt", "failure"]);

export function variableOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** A machine while it is being built. */
export class Draft {
  readonly machine: string;
  readonly start = new Edge(null, "start");
  readonly nodes = new Map<string, Node>();
  /** Ways into each fail state: several branches may end in one. */
  readonly failures = new Map<string, { readonly edges: readonly Edge[]; readonly error: Selection }[]>();

  constructor(machine: string) {
    this.machine = machine;
  }

  /** Ends the build with a sentence that names the machine. */
  refuse(sentence: string): never {
    throw new Error(`Machine "${this.machine}": ${sentence}`);
  }

  /** Puts a state where the open edges lead. */
  add<N extends Node>(edges: readonly Edge[], node: N): N {
    if (this.nodes.has(node.name)) this.refuse(`there are two states named "${node.name}".`);
    if (!stateName.test(node.name)) {
      this.refuse(`the state name "${node.name}" must be PascalCase, at most 80 letters and digits.`);
    }
    if (reservedStates.has(node.name) || reservedVariables.has(variableOf(node.name))) {
      this.refuse(`the name "${node.name}" is taken by the builder: give the state another.`);
    }
    this.connect(edges, node.name);
    this.nodes.set(node.name, node);
    return node;
  }

  connect(edges: readonly Edge[], name: string): void {
    for (const edge of edges) {
      if (edge.to !== undefined) {
        this.refuse(
          `the flow after "${edge.from ?? "the start"}" goes on twice, to "${edge.to}" and "${name}".`,
        );
      }
      edge.to = name;
    }
  }

  edges(): Edge[] {
    return [this.start, ...[...this.nodes.values()].flatMap(edgesOf)];
  }
}

/** The ways out of a state. */
export function edgesOf(node: Node): Edge[] {
  switch (node.kind) {
    case "step":
      return node.caught ? [node.next, node.caught] : [node.next];
    case "choice":
      return [...node.rules.map((rule) => rule.edge), ...(node.otherwise ? [node.otherwise] : [])];
    case "wait":
      return [node.next];
    case "succeed":
    case "fail":
      return [];
  }
}
