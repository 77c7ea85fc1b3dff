import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Contract, ContractInput } from "../contract.js";
import { houseFunctions } from "../house-functions.js";
import type { Role, RunError } from "../run.js";
import type { Step } from "../step/step.js";
import { caughtError, caughtWithin } from "./caught.js";
import { certainNodes } from "./certain.js";
import { checkFlow, checkOutputs, checkStages, checkVariables } from "./check.js";
import { checkJson } from "./check-json.js";
import { checkSizes } from "./check-sizes.js";
import { checkTasks } from "./check-tasks.js";
import { setClocks } from "./clock.js";
import { collectItems } from "./constructs/map.js";
import { collectBranches } from "./constructs/parallel.js";
import { markDecided } from "./decided.js";
import { Draft } from "./draft.js";
import type { AslMachine } from "./emit/asl.js";
import { emit } from "./emit/emit.js";
import { settleErrors } from "./errors.js";
import { variable } from "./expression.js";
import { Flow } from "./flow.js";
import { graphOf, type MachineGraph } from "./graph.js";
import { Edge } from "./nodes.js";
import { type Ref, reference } from "./refs.js";
import { checkRetired } from "./retired.js";
import type { BaseScope, Ended } from "./scopes.js";
import { type UndoMachine, undoOf } from "./undo.js";

type WorldOf<C extends Contract> = {
  readonly output: z.input<C["output"]>;
  readonly stage: keyof C["stages"] & string;
};
type StartOf<C extends Contract> = Flow<BaseScope<ContractInput<C>>, WorldOf<C>>;

export interface MachineOptions<C extends Contract> {
  /** Where the failure of every step leads that has no catch of its own. */
  readonly onFailure?: (flow: StartOf<C>, error: Ref<RunError>) => Ended;
  /** Steps that the machine has no more, and that runs which began with an earlier version still call. */
  readonly retired?: readonly Step[];
  /** Compensations that the machine has no more: they take back what runs of an earlier version have done. */
  readonly retiredCompensations?: readonly Step[];
}

/** A stage as a run is started with it: `steps` is how many of its states each run that succeeds goes through. */
export interface MachineStage {
  readonly key: string;
  readonly label: string;
  readonly weight: number;
  readonly steps: number;
}

export interface MachineApproval {
  /** The state's name. */
  readonly name: string;
  readonly stage: string;
  readonly role: Role;
  readonly form: z.ZodObject;
}

export interface Machine<C extends Contract = Contract> {
  readonly contract: C;
  /** The contract's name. */
  readonly name: string;
  /** Every step whose function the machine calls, the compensations last. */
  readonly steps: readonly Step[];
  /**
   * Steps that only earlier versions call, the compensations last: they keep their functions, and are no part of the
   * machine's template, graph and hash.
   */
  readonly retired: readonly Step[];
  /** Where people decide, and the form that a decision has to fit. */
  readonly approvals: readonly MachineApproval[];
  /** Takes back what a cancelled run has done; null where no step has a compensation, and none has had one. */
  readonly undo: UndoMachine | null;
  /** Maps whose items are executions of their own, which the machine must be allowed to start. */
  readonly distributedMaps: readonly string[];
  /** What may go wrong with much data, a sentence each. */
  readonly warnings: readonly string[];
  /** In the contract's order. */
  readonly stages: readonly MachineStage[];
  readonly graph: MachineGraph;
  /**
   * ASL text with a placeholder `${StepName}` for the ARN of each step's function (`${LonghaulApprovals}` for
   * the house's); the same at every build.
   */
  readonly template: string;
  /** SHA-256 (hex) of the template without the hash, and of what compensates what; the template's Comment ends with it. */
  readonly hash: string;
  /** The template with ARNs: `arnOf` is asked for each placeholder's name. */
  definition(arnOf: (step: string) => string): AslMachine;
}

/** The functions of the house that machines call, by their placeholders. */
const housePlaceholders: Readonly<Record<string, string>> = {
  LonghaulApprovals: houseFunctions.approvals,
  LonghaulCompensations: houseFunctions.compensations,
};

/** Refuses steps whose placeholder is one of the house's: the machine would call that function in place of theirs. */
function checkPlaceholders(draft: Draft, steps: readonly Step[]): void {
  for (const { name } of steps) {
    if (Object.hasOwn(housePlaceholders, name))
      draft.refuse(`the name "${name}" stands for a function of the house: give the step another.`);
  }
}

/** The name of the Lambda function behind a placeholder of a template: a step's, or one of the house's. */
export function stepFunctionName(workflow: string, step: string): string {
  return housePlaceholders[step] ?? `longhaul-${workflow}-${step}`;
}

/** The name of a workflow's state machine. */
export function stateMachineName(workflow: string): string {
  return `longhaul-${workflow}`;
}

/**
 * Builds a workflow's state machine. The selectors run here, once, on recording proxies; the machine
 * that comes out is data.
 *
 * @throws Error with a sentence when states are missing, unreachable, doubly named or without an end,
 *   a variable is read before it is set, a stage is unknown or has no step, or a retired step is there still.
 */
export function defineMachine<C extends Contract>(
  contract: C,
  build: (flow: StartOf<C>) => Ended,
  options: MachineOptions<C> = {},
): Machine<C> {
  const draft = new Draft(contract.name);
  draft.schemas.set("@input", contract.input);
  build(new Flow(draft.root, [draft.root.start]));
  if (options.onFailure) addFailureFlow(draft, options.onFailure);
  checkFlow(draft.root);
  checkStages(draft, contract);
  checkOutputs(draft, contract);
  settle(draft);
  checkVariables(draft.root);
  checkTasks(draft);
  const warnings = checkSizes(draft);
  const nodes = draft.nodes();
  const { retiredCompensations = [] } = options;
  const undo = undoOf(draft, retiredCompensations, fillIn);
  const called = nodes.flatMap((node) => (node.kind === "step" ? [node.step] : []));
  const steps = [...called, ...(undo?.steps ?? [])];
  const left = { steps: options.retired ?? [], compensations: retiredCompensations };
  checkRetired(draft, left, { steps: called, compensations: undo?.steps ?? [] });
  checkJson(draft, contract, steps);
  checkPlaceholders(draft, [...steps, ...left.steps, ...left.compensations]);
  const approvals = nodes.flatMap((node) => (node.kind === "approval" ? [node] : []));
  const staged = [...certainNodes(draft.root)].flatMap((node) =>
    node.kind === "step" ? [node.step.stage] : node.kind === "approval" ? [node.stage] : [],
  );
  const text = (comment: string) => JSON.stringify(emit(draft.root, comment), null, 2);
  const title = `Longhaul workflow ${contract.name}`;
  // Each run is taken back as the version says that it began with: another compensation is another version.
  const taken = JSON.stringify(Object.entries(undo?.compensations ?? {}));
  const hash = createHash("sha256")
    .update(text(title) + (taken === "[]" ? "" : taken))
    .digest("hex");
  const template = text(`${title}, sha256:${hash}`);
  return {
    contract,
    name: contract.name,
    steps,
    retired: [...left.steps, ...left.compensations],
    approvals: approvals.map(({ name, stage, role, form }) => ({ name, stage, role, form })),
    undo,
    warnings,
    distributedMaps: nodes.flatMap(({ name, ...node }) =>
      node.kind === "map" && node.block.kind === "distributed" ? [name] : [],
    ),
    stages: Object.entries(contract.stages).map(([key, { label, weight }]) => ({
      key,
      label,
      weight,
      steps: staged.filter((stage) => stage === key).length,
    })),
    graph: graphOf(draft.root),
    template,
    hash,
    definition: (arnOf) => fillIn(template, arnOf),
  };
}

/** Decides what branches, waits and results leave open until all ways are known. */
function settle(draft: Draft): void {
  setClocks(draft.root);
  for (const node of draft.nodes()) {
    if (node.kind === "map") collectItems(node);
    if (node.kind === "parallel") collectBranches(node);
  }
  markDecided(draft.root);
  settleErrors(draft.root);
}

function addFailureFlow<C extends Contract>(
  draft: Draft,
  grow: NonNullable<MachineOptions<C>["onFailure"]>,
): void {
  const edges: Edge[] = [];
  for (const node of draft.root.nodes.values()) {
    if (!("caught" in node) || node.caught || (node.kind === "raw" && !node.canFail)) continue;
    const value = node.kind === "step" ? caughtError(node.name) : caughtWithin(node.name);
    node.caught = new Edge(node.name, "catch", { assigns: [{ variable: "failure", value }] });
    edges.push(node.caught);
  }
  if (edges.length === 0) draft.refuse("onFailure is never reached: each step has a catch of its own.");
  grow(new Flow(draft.root, edges), reference(variable("failure")));
}

function fillIn(template: string, arnOf: (step: string) => string): AslMachine {
  const filled = template.replaceAll(/\$\{([A-Za-z0-9]+)\}/g, (_, step: string) =>
    JSON.stringify(arnOf(step)).slice(1, -1),
  );
  return JSON.parse(filled) as AslMachine;
}
