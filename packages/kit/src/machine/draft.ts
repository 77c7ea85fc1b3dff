import { type Expression, jsonata, variable } from "./expression.js";
import { blocksOf, Edge, edgesOf, type Node } from "./nodes.js";
import type { Selection } from "./refs.js";

const stateName = /^[A-Z][A-Za-z0-9]{0,79}$/;
/** `Begin` is the state that the emitter may put in front. */
const reservedStates = new Set(["Begin"]);
const reservedVariables = new Set([
  "input",
  "run",
  "attempt",
  "correlationId",
  "startedAt",
  "states",
  "checkpointAt",
  "failure",
]);

export function variableOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** A state's name for a person: "ProcessData" as "Process data". */
export function labelOf(name: string): string {
  const words = name.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
  return words
    .map((word, index) => (index > 0 && /^[A-Z][a-z]/.test(word) ? word.toLowerCase() : word))
    .join(" ");
}

/** A machine while it is being built. */
export class Draft {
  readonly machine: string;
  readonly root: Block;
  /** The schemas of variables, as far as they have one. */
  readonly schemas = new Map<string, unknown>();
  readonly #states = new Map<string, Block>();
  readonly #variables = new Map<string, { readonly owner: string; readonly block: Block }>();

  constructor(machine: string) {
    this.machine = machine;
    this.root = new Block(this, "", null, "root");
    this.#variables.set("checkpointAt", { owner: "the builder", block: this.root });
    this.#variables.set("failure", { owner: "the builder", block: this.root });
  }

  /** Ends the build with a sentence that names the machine. */
  refuse(sentence: string, cause?: unknown): never {
    throw new Error(`Machine "${this.machine}": ${sentence}`, cause === undefined ? {} : { cause });
  }

  /** Notes a state's name. ASL wants names to be unique over all branches and maps. */
  nameState(name: string, block: Block): void {
    const other = this.#states.get(name);
    if (other === block) this.refuse(`there are two states named "${name}".`);
    if (other) {
      this.refuse(
        `there are two states named "${name}": a name stands once in a machine, its branches and maps included.`,
      );
    }
    if (!stateName.test(name)) {
      this.refuse(`the state name "${name}" must be PascalCase, at most 80 letters and digits.`);
    }
    if (reservedStates.has(name) || reservedVariables.has(variableOf(name))) {
      this.refuse(`the name "${name}" is taken by the builder: give the state another.`);
    }
    this.#states.set(name, block);
  }

  /** Notes which state a variable belongs to. AWS refuses inner variables that repeat an outer one's name. */
  nameVariable(variable: string, owner: string, block: Block): void {
    const other = this.#variables.get(variable);
    if (other) {
      this.refuse(
        `the variable "${variable}" would be both ${other.owner}'s and ${owner}'s: rename one of them.`,
      );
    }
    this.#variables.set(variable, { owner, block });
  }

  /** The block that a state stands in. */
  blockOf(state: string): Block | undefined {
    return this.#states.get(state);
  }

  /** The block that a variable is assigned in; none for what is no variable of the machine. */
  ownerOf(variable: string): Block | undefined {
    return this.#variables.get(variable)?.block;
  }

  /** All states, in the order in which they were written. */
  nodes(): Node[] {
    return nodesIn(this.root);
  }
}

function nodesIn(block: Block): Node[] {
  return [...block.nodes.values()].flatMap((node) => [node, ...blocksOf(node).flatMap(nodesIn)]);
}

export interface FailureWay {
  readonly edges: readonly Edge[];
  error: Selection;
}

/** States that lead to one another: the machine's own, those of a branch, or those for each item of a map. */
export class Block {
  readonly draft: Draft;
  /** Empty for the machine's own; begins the names of states that the builder adds. */
  readonly name: string;
  readonly outer: Block | null;
  readonly kind: "root" | "branch" | "items" | "distributed";
  readonly start = new Edge(null, "start");
  readonly nodes = new Map<string, Node>();
  /** Ways into each fail state: several branches may end in one. */
  readonly failures = new Map<string, FailureWay[]>();
  /** What selectors may call a variable by, besides its name. */
  readonly aliases = new Map<string, Expression>();
  /** Notes the time of the last checkpoint, where a state reckons from it. */
  readonly clock: string;
  /** The index of each map around, outermost first. */
  readonly indices: readonly string[];
  readonly inner: Block[] = [];
  /** What each item of a distributed map is handed besides the variables around it. */
  readonly handedIn = new Map<string, Expression>();
  /** Whether the result must tell the time of the last checkpoint too. */
  tellsTime = false;

  constructor(draft: Draft, name: string, outer: Block | null, kind: Block["kind"], index?: string) {
    this.draft = draft;
    this.name = name;
    this.outer = outer;
    this.kind = kind;
    this.clock = name === "" ? "checkpointAt" : `${variableOf(name)}CheckpointAt`;
    this.indices = [...(outer?.indices ?? []), ...(index ? [index] : [])];
    outer?.inner.push(this);
    if (outer) draft.nameVariable(this.clock, name, this);
  }

  refuse(sentence: string, cause?: unknown): never {
    return this.draft.refuse(sentence, cause);
  }

  /** The name of the state that sets what a block begins with. */
  get entry(): string {
    if (this.kind === "root") return "Begin";
    return this.kind === "items" ? `${this.name}Item` : `${this.name}Begin`;
  }

  /** Where a state's item stands in the maps around it: "" outside maps, else "3" or "3/0". */
  get itemPath(): Expression | null {
    const [first, ...rest] = this.indices.map(variable);
    if (!first) return null;
    return rest.reduce((path, index) => jsonata`${path} & "/" & ${index}`, jsonata`$string(${first})`);
  }

  alias(name: string): Expression | undefined {
    return this.aliases.get(name) ?? this.outer?.alias(name);
  }

  /** Whether a variable assigned in `owner` must be handed in with the item, as no state here can read it. */
  isCutOffFrom(owner: Block): boolean {
    if (owner === this || this.outer === null) return false;
    return this.kind === "distributed" || this.outer.isCutOffFrom(owner);
  }

  /** Puts a state where the open edges lead. */
  add<N extends Node>(edges: readonly Edge[], node: N): N {
    this.draft.nameState(node.name, this);
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

  withInner(): Block[] {
    return [this, ...this.inner.flatMap((block) => block.withInner())];
  }
}
