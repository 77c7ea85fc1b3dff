import { assignedBefore, timeOf } from "./analysis.js";
import type { Block } from "./draft.js";
import { executionField, type Expression, jsonata, variable } from "./expression.js";
import { blocksOf, type Edge, edgesOf, type Node } from "./nodes.js";
import { type Selection, toExpression } from "./refs.js";

/** The run's start, over all its attempts: a retry is another execution, which starts later. */
const runStart = executionField("startedAt");

/** A deadline begins with the attempt that asks: nobody was asked in the time between two attempts, or in that of another run. */
function asked(base: Expression): Expression {
  const began = jsonata`$states.context.Execution.StartTime`;
  return jsonata`($toMillis(${began}) > $toMillis(${base}) ? ${began} : ${base})`;
}

/** Some seconds after a time (ISO 8601), in milliseconds. */
function millisAfter(base: Expression, seconds: Selection): Expression {
  return jsonata`$toMillis(${base}) + $round(1000 * ${toExpression(seconds)})`;
}

/** A time (ISO 8601) some seconds after another. */
function after(base: Expression, seconds: Selection): Expression {
  return jsonata`$fromMillis(${millisAfter(base, seconds)})`;
}

/** As {@link after}, to the end of the second: AWS cuts the Timestamp of a Wait to its second, which would be too early. */
function secondAfter(base: Expression, seconds: Selection): Expression {
  return jsonata`$fromMillis(1000 * $ceil((${millisAfter(base, seconds)}) / 1000))`;
}

/**
 * Tells each state that reckons from the checkpoint before it where to find that checkpoint's time, and
 * notes the times on the ways where somebody reads them later.
 */
export function setClocks(root: Block): void {
  setClock(root, runStart, new Reading());
}

/** Which states read the time of the checkpoint before them, and on which ways it must be kept. */
class Reading {
  readonly #known = new Map<Node, boolean>();

  /** Whether the time after a way is read before another checkpoint replaces it. */
  matters(edge: Edge, block: Block, seen = new Set<string>()): boolean {
    if (edge.to === undefined || seen.has(edge.to)) return false;
    seen.add(edge.to);
    const node = block.nodes.get(edge.to);
    if (!node) return false;
    if (this.reads(node, block)) return true;
    return edgesOf(node).some((way) => way !== timedWay(node) && this.matters(way, block, seen));
  }

  reads(node: Node, block: Block): boolean {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const answer = this.#asks(node, block);
    this.#known.set(node, answer);
    return answer;
  }

  #asks(node: Node, block: Block): boolean {
    switch (node.kind) {
      case "wait":
        if ("exactly" in node.until) return false;
        return "seconds" in node.until || this.matters(node.next, block);
      case "start":
      case "approval":
        return true;
      case "yield":
        return block.tellsTime;
      case "map":
      case "parallel": {
        const told = this.matters(node.next, block);
        for (const inner of blocksOf(node)) inner.tellsTime = told;
        return told || blocksOf(node).some((inner) => this.matters(inner.start, inner));
      }
      default:
        return false;
    }
  }
}

/** The way on that comes with a checkpoint of its own. */
function timedWay(node: Node): Edge | null {
  switch (node.kind) {
    case "step":
    case "map":
    case "parallel":
    case "approval":
    case "expire":
      return node.next;
    case "wait":
      return "exactly" in node.until ? null : node.next;
    default:
      return null;
  }
}

function setClock(block: Block, outside: Expression, reading: Reading): void {
  const nodes = [...block.nodes.values()];
  const readers = nodes.filter((node) => reading.reads(node, block));
  // A placeholder for now: the value may be reckoned from the base, which depends on who else sets the clock.
  const timed = nodes.flatMap((node) => {
    const way = timedWay(node);
    if (!way || !reading.matters(way, block)) return [];
    way.assigns.push({ variable: block.clock, value: outside });
    return [{ node, way }];
  });
  const always = assignedBefore(block, "all");
  const sometimes = assignedBefore(block, "some");
  const isSet = (name: string, ways: Map<string, Set<string>>) => ways.get(name)?.has(block.clock) ?? false;
  const begins = readers.some(({ name }) => isSet(name, sometimes) && !isSet(name, always));
  if (begins) block.start.assigns.push({ variable: block.clock, value: outside });
  const baseOf = ({ name }: Node) => (begins || isSet(name, always) ? variable(block.clock) : outside);
  for (const node of nodes) tellTime(node, block, baseOf(node), reading);
  for (const { node, way } of timed) {
    way.assigns.splice(-1, 1, { variable: block.clock, value: timeAfter(node, baseOf(node)) });
  }
}

function tellTime(node: Node, block: Block, base: Expression, reading: Reading): void {
  if (node.kind === "wait" && "seconds" in node.until) node.timestamp = secondAfter(base, node.until.seconds);
  if (node.kind === "approval") node.deadline = after(asked(base), node.deadlineSeconds);
  if (node.kind === "start") {
    const { variable: name, seconds } = node.deadline;
    node.next.assigns.push({ variable: name, value: after(base, seconds) });
  }
  if (node.kind === "yield" && reading.reads(node, block)) node.completedAt = base;
  for (const inner of blocksOf(node)) setClock(inner, base, reading);
}

/** The time of the checkpoint that a state's way on comes with. */
function timeAfter(node: Node, base: Expression): Expression {
  switch (node.kind) {
    case "wait": {
      if (node.timestamp) return node.timestamp;
      const time = timeOf(node);
      return jsonata`($toMillis(${time}) > $toMillis(${base}) ? ${time} : ${base})`;
    }
    case "map":
    case "parallel":
      return jsonata`$fromMillis($max([$toMillis(${base}), $states.result.completedAt.$toMillis($)]))`;
    case "approval":
      return jsonata`$states.result.decidedAt`;
    case "expire":
      return jsonata`$states.result.Payload.decidedAt`;
    default:
      return jsonata`$states.result.Payload.completedAt`;
  }
}
