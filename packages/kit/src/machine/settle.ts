import { type Assignment, type Draft, type Edge, type Node, variableOf, type WaitNode } from "./draft.js";
import { Expression, jsonata, variable } from "./expression.js";
import { toExpression } from "./refs.js";

const checkpointAt = "checkpointAt";
const runInput = "$states.context.Execution.Input";
// An execution that is a retry starts later than its run: the run's own start travels in the input.
const runStart = jsonata`($exists(${runInput}.startedAt) ? ${runInput}.startedAt : $states.context.Execution.StartTime)`;

/** The variables set on all ways (or on some way) to each state, by state name. */
export function assignedBefore(draft: Draft, ways: "all" | "some"): Map<string, Set<string>> {
  const before = new Map<string, Set<string>>();
  const edges = draft.edges();
  const merge = (known: Set<string> | undefined, arriving: Set<string>) => {
    if (known === undefined) return arriving;
    if (ways === "some") return new Set([...known, ...arriving]);
    return new Set([...known].filter((name) => arriving.has(name)));
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const edge of edges) {
      const source = edge.from === null ? new Set<string>() : before.get(edge.from);
      if (edge.to === undefined || source === undefined) continue;
      const arriving = new Set([...source, ...edge.assigns.map((assign) => assign.variable)]);
      const known = before.get(edge.to);
      const merged = merge(known, arriving);
      changed ||= merged.size !== known?.size;
      before.set(edge.to, merged);
    }
  }
  return before;
}

/** A machine ready to be written down: nothing is left to decide but ASL's spelling. */
export interface Settled {
  readonly draft: Draft;
  /** The Timestamp of each wait. */
  readonly timestamps: ReadonlyMap<string, Expression>;
  /** Fail states that several branches end in read their error from this variable. */
  readonly sharedErrors: ReadonlyMap<string, string>;
  /** Whether a first state must note the run's start, for a wait that some ways reach without a step. */
  readonly begin: boolean;
}

/** Turns what branches and waits leave open into assignments on the ways between states. */
export function settle(draft: Draft): Settled {
  const sharedErrors = shareErrors(draft);
  dropUnreadErrors(draft, sharedErrors);
  return { draft, sharedErrors, ...timeWaits(draft) };
}

/** A caught error that only its own way reads is written out there: it needs no variable. */
function dropUnreadErrors(draft: Draft, sharedErrors: ReadonlyMap<string, string>): void {
  const nodes = [...draft.nodes.values()];
  const read = new Set(nodes.flatMap((node) => [...usesOf(node, sharedErrors)]));
  for (const edge of draft.edges()) {
    const readLater = (name: string) =>
      read.has(name) ||
      draft
        .edges()
        .some((other) => other !== edge && other.assigns.some(({ value }) => value.uses.has(name)));
    if (edge.kind !== "catch") continue;
    const [caught, ...others] = edge.assigns;
    if (!caught || readLater(caught.variable)) continue;
    const inFull = (value: Expression) =>
      value.uses.has(caught.variable) ? substituted(value, caught) : value;
    edge.assigns.splice(
      0,
      edge.assigns.length,
      ...others.map(({ variable, value }) => ({ variable, value: inFull(value) })),
    );
  }
}

function substituted(value: Expression, { variable, value: source }: Assignment): Expression {
  const uses = [...[...value.uses].filter((name) => name !== variable), ...source.uses];
  return new Expression(uses, (resolve) =>
    value.render((name) => (name === variable ? source.render(resolve) : resolve(name))),
  );
}

/** The variables that a state itself reads; what a wait reads besides its own time is timeWaits' affair. */
export function usesOf(node: Node, sharedErrors: ReadonlyMap<string, string>): ReadonlySet<string> {
  switch (node.kind) {
    case "step":
      return toExpression(node.input).uses;
    case "choice":
      return new Set(node.rules.flatMap(({ condition }) => [...condition.expression.uses]));
    case "wait":
      return toExpression("seconds" in node.until ? node.until.seconds : node.until.time).uses;
    case "succeed":
      return toExpression(node.output).uses;
    case "fail":
      return sharedErrors.has(node.name) ? new Set() : toExpression(node.error).uses;
  }
}

function shareErrors(draft: Draft): Map<string, string> {
  const shared = new Map<string, string>();
  for (const [name, ways] of draft.failures) {
    if (ways.length < 2) continue;
    shared.set(name, variableOf(name));
    for (const { edges, error } of ways) {
      for (const edge of edges) edge.assigns.push({ variable: variableOf(name), value: toExpression(error) });
    }
  }
  return shared;
}

function timeWaits(draft: Draft): Pick<Settled, "timestamps" | "begin"> {
  const nodes: Node[] = [...draft.nodes.values()];
  const waits = nodes.filter((node): node is WaitNode => node.kind === "wait");
  const timestamps = new Map<string, Expression>();
  if (waits.length === 0) return { timestamps, begin: false };
  const put = (edge: Edge, value: Expression) => edge.assigns.push({ variable: checkpointAt, value });
  for (const node of nodes) {
    if (node.kind === "step") put(node.next, jsonata`$states.result.Payload.completedAt`);
    if (node.kind === "wait") put(node.next, runStart);
  }
  const always = assignedBefore(draft, "all");
  const sometimes = assignedBefore(draft, "some");
  const begin = waits.some(
    ({ name }) => sometimes.get(name)?.has(checkpointAt) && !always.get(name)?.has(checkpointAt),
  );
  if (begin) put(draft.start, runStart);
  for (const wait of waits) {
    const base = begin || always.get(wait.name)?.has(checkpointAt) ? variable(checkpointAt) : runStart;
    const { timestamp, servedAt } = timesOf(wait, base);
    timestamps.set(wait.name, timestamp);
    wait.next.assigns.splice(-1, 1, { variable: checkpointAt, value: servedAt });
  }
  return { timestamps, begin };
}

function timesOf(wait: WaitNode, base: Expression): { timestamp: Expression; servedAt: Expression } {
  if ("seconds" in wait.until) {
    const timestamp = jsonata`$fromMillis($toMillis(${base}) + $round(1000 * ${toExpression(wait.until.seconds)}))`;
    return { timestamp, servedAt: timestamp };
  }
  const timestamp = toExpression(wait.until.time);
  const later = jsonata`($toMillis(${timestamp}) > $toMillis(${base}) ? ${timestamp} : ${base})`;
  return { timestamp, servedAt: later };
}
