import { freeIn } from "./analysis.js";
import { type Bytes, bytesOf, constantBytes, countOf, together, widest } from "./bytes.js";
import { type Block, type Draft, variableOf } from "./draft.js";
import { executionField, type Known, variable } from "./expression.js";
import type { MapNode, Node, ParallelNode } from "./nodes.js";
import type { Selection } from "./refs.js";

/** What Step Functions allows for a payload, an output or a variable. */
const limit = 262_144;
/** The runtime refuses outputs beyond this, and the API inputs beyond that. */
const mostOutput = 250_000;
const mostInput = 200_000;
/** Key, run and names around an input. */
const envelope = 1_000;
const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1_024)} KiB`;
const artifacts =
  "bound it with .max(n) in its schema, or write it to an artifact and pass the artifact's id";

/**
 * Holds payloads to the 256 KiB of Step Functions, by what the zod schemas bound. A single step's output is
 * kept to it by the runtime; what gathers several of them is refused where the schemas let it grow beyond,
 * and warned of where it is only put together for one payload.
 *
 * @returns warnings, a sentence each.
 */
export function checkSizes(draft: Draft): string[] {
  return new Sizes(draft).check();
}

class Sizes {
  readonly #draft: Draft;
  readonly #gathered = new Map<string, Bytes>();
  readonly #containers: ReadonlyMap<string, MapNode | ParallelNode>;

  constructor(draft: Draft) {
    this.#draft = draft;
    this.#containers = new Map(
      draft
        .nodes()
        .flatMap((node) =>
          node.kind === "map" || node.kind === "parallel" ? [[variableOf(node.name), node] as const] : [],
        ),
    );
  }

  check(): string[] {
    for (const node of this.#containers.values()) this.#gather(node);
    return this.#draft.nodes().flatMap((node) => this.#warn(node));
  }

  #warn(node: Node): string[] {
    const told = (what: string, { most, unbounded }: Bytes) => {
      if (most + envelope <= limit) return [];
      const why = unbounded === null ? "" : ` ("${unbounded}" has no bound)`;
      return [`${what} may have up to ${kilobytes(most)}${why}, and 256 KiB pass: ${artifacts}.`];
    };
    switch (node.kind) {
      case "step":
        return told(`The input of "${node.name}"`, this.#of(node.input));
      case "approval":
        return told(`What "${node.name}" shows`, this.#of(node.details));
      case "succeed":
        return told(`The output of "${node.name}"`, this.#of(node.output));
      case "map":
        return node.block.kind === "distributed"
          ? told(`What each item of "${node.name}" is handed`, this.#handed(node.block))
          : [];
      default:
        return [];
    }
  }

  /** What the result of a map or parallel can be; refuses one that can be too much. */
  #gather(node: MapNode | ParallelNode): Bytes {
    const own = variableOf(node.name);
    const known = this.#gathered.get(own);
    if (known) return known;
    const bytes = node.kind === "map" ? this.#ofItems(node) : this.#ofBranches(node);
    this.#gathered.set(own, bytes);
    return bytes;
  }

  #ofItems({ name, items, block }: MapNode): Bytes {
    const each = this.#yielded(block);
    const count = this.#count(items, block);
    const most = 2 + count * (each.most + 1);
    if (most <= limit) return { ...each, most };
    const refuse = (sentence: string) => this.#draft.refuse(`the map "${name}" ${sentence}.`);
    if (each.unbounded !== null) {
      refuse(
        `keeps "${each.unbounded}" of any size for each item, which can pass 256 KiB together: ${artifacts}`,
      );
    }
    if (count === Infinity) {
      refuse(
        "keeps a result for each item of a list of any length: bound the list with .max(n) in its schema",
      );
    }
    return refuse(
      `may keep ${kilobytes(most)} (${count} items of up to ${each.most} bytes), and 256 KiB pass: yield less, or artifacts' ids`,
    );
  }

  #ofBranches({ name, branches }: ParallelNode): Bytes {
    const results = branches.map(({ key, block }) => ({ key, ...this.#yielded(block) }));
    const sum = together(results, 2 + 4 * results.length);
    if (sum.most <= limit) return sum;
    const large = results.filter(({ most }) => most > limit / results.length).map(({ key }) => `"${key}"`);
    return this.#draft.refuse(
      `the results of "${name}" may have up to ${kilobytes(sum.most)} together, most of it from ${large.join(", ")}, ` +
        `and 256 KiB pass: ${artifacts}.`,
    );
  }

  /** A list that came through a step or the input has no more items than fit into one. */
  #count(items: Selection, block: Block): number {
    if (items.kind === "array") return items.items.length;
    if (items.kind === "constant") return Array.isArray(items.value) ? items.value.length : 0;
    if (items.kind !== "expression") return Infinity;
    const { schema } = items.expression.known ?? {};
    const known = countOf(schema);
    if (known !== Infinity) return known;
    const item = block.draft.schemas.get(`${variableOf(block.name)}Item`);
    const { least } = bytesOf(item);
    return least > 20 ? Math.floor(mostOutput / least) : Infinity;
  }

  #yielded(block: Block): Bytes {
    const outputs = [...block.nodes.values()].flatMap((node) => (node.kind === "yield" ? [node.output] : []));
    return widest(outputs.map((output) => this.#of(output)));
  }

  #handed(block: Block): Bytes {
    const parts = [...freeIn(block)].map((name): Selection => {
      const expression = name === "@input" ? executionField("input") : variable(name);
      expression.known = { source: name, path: name.replace("@", ""), schema: this.#draft.schemas.get(name) };
      return { kind: "expression", expression };
    });
    return this.#of({ kind: "array", items: parts });
  }

  /** Parts of one output are no more together than that output may be. */
  #of(selection: Selection): Bytes {
    const bySource = new Map<string, Bytes[]>();
    const around: Bytes[] = [];
    const visit = (part: Selection): void => {
      switch (part.kind) {
        case "constant":
          around.push(constantBytes(part.value));
          break;
        case "array":
          part.items.forEach(visit);
          break;
        case "object":
          for (const [key, value] of part.entries) {
            around.push(constantBytes(key));
            visit(value);
          }
          break;
        case "expression": {
          const { known } = part.expression;
          if (known) bySource.set(known.source, [...(bySource.get(known.source) ?? []), this.#whole(known)]);
        }
      }
    };
    visit(selection);
    const sources = [...bySource].map(([source, parts]) => {
      const sum = together(parts);
      return { ...sum, most: Math.min(sum.most, source === "@input" ? mostInput : mostOutput) };
    });
    return together([...sources, ...around], 2);
  }

  #whole({ source, path, schema }: Known): Bytes {
    if (schema !== undefined) return bytesOf(schema, path);
    const container = this.#containers.get(source);
    if (container) return { ...this.#gather(container), unbounded: null };
    // An index, a decision, a hand-written state's result: the schemas do not tell, and it is not much.
    return { most: 0, least: 0, unbounded: null };
  }
}
