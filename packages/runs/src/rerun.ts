import { asCaller, type CheckpointEdit, history, lives, runs, type Tx } from "@longhaul/db";
import type { Capability, Json, Run } from "@longhaul/kit";
import type { Machine } from "@longhaul/kit/machine";
import { machineOf } from "./catalogue.js";
import type { Caller, RunsDependencies } from "./dependencies.js";
import { type InputIssue, RunsRefusal } from "./refusal.js";
import { type Lineage, startRunOf } from "./start.js";

export interface RerunRequest {
  runId: string;
  /** A second request with the same key gives the first one's run. */
  idempotencyKey?: string | null | undefined;
  correlationId: string;
  capabilities: ReadonlySet<Capability>;
}

export interface RerunFromRequest extends RerunRequest {
  /** The state that is the first to be done anew. */
  step: string;
  /**
   * In place of the run's input, for the steps that are done anew. Approvals were given for the other one: they are
   * asked for again, and what came after them is done anew, too.
   */
  input?: unknown;
  /**
   * Outputs that take the place of what steps before it gave, by checkpoint: "WriteStory", in a map "DrawPage[2]" or
   * "DrawPage[2/0]", of a loop's later visit "AskModel#3". Steps that were completed after the first of them are done
   * anew, too, and approvals given after it are asked for again. Files that they name, which the step had not, are the
   * organisation's: a file is named by a field "artifactId" or "...ArtifactId".
   */
  outputs?: Readonly<Record<string, unknown>> | undefined;
}

type Dependencies = Pick<RunsDependencies, "db" | "stateMachines" | "logger">;

/**
 * Starts a new run with the input of an earlier one, and with nothing of what that one has done.
 *
 * @throws as {@link startRunOf}; DatabaseRefusal RUN_NOT_FOUND
 */
export async function rerun(
  deps: Dependencies,
  caller: Caller,
  request: RerunRequest,
): Promise<{ runId: string; created: boolean }> {
  const run = await earlierRun(deps, caller, request.runId);
  return startRunOf(deps, caller, startOf(run, request), { rerunOf: run.id, rerunFrom: null });
}

/**
 * Starts a new run that goes on from the step `step` of an earlier one: what was completed before that step is copied,
 * edited where `outputs` say so. The effects of copied steps stay the earlier run's, also when the new one is cancelled.
 *
 * @throws as {@link startRunOf}; RunsRefusal STEP_NOT_FOUND, OUTPUT_INVALID with an issue per field;
 *   DatabaseRefusal RUN_NOT_FOUND, STEP_NOT_REACHED, FILE_NOT_FOUND
 */
export async function rerunFrom(
  deps: Dependencies,
  caller: Caller,
  request: RerunFromRequest,
): Promise<{ runId: string; created: boolean }> {
  const run = await earlierRun(deps, caller, request.runId);
  const machine = machineOf(run.workflow);
  if (!machine) throw new RunsRefusal("WORKFLOW_NOT_FOUND", "There is no such workflow.");
  const { organisationId } = caller;
  const { step } = request;
  if (!isState(machine, step)) {
    throw new RunsRefusal("STEP_NOT_FOUND", `The workflow has no step "${step}".`);
  }
  const edits = parseEdits(machine, step, request.outputs ?? {});
  const prepare = async (tx: Tx, runId: string) => {
    await refuseOutdated(tx, machine, run, edits);
    const approvals = machine.approvals.map(({ name }) => name);
    const lineage = { fromRunId: run.id, toRunId: runId, step };
    await lives.copyCheckpoints(tx, { organisationId, ...lineage, edits, approvals });
  };
  const start = startOf(run, request);
  const artifactIds = await newFilesOf(deps, caller, run.id, edits);
  const lineage: Lineage = { rerunOf: run.id, rerunFrom: step, artifactIds, prepare };
  return startRunOf(
    deps,
    caller,
    request.input === undefined ? start : { ...start, input: request.input },
    lineage,
  );
}

/** Files that edited outputs name, and the outputs in whose place they stand do not. */
async function newFilesOf(
  { db }: Dependencies,
  caller: Caller,
  runId: string,
  edits: readonly CheckpointEdit[],
): Promise<string[]> {
  if (edits.every(({ output }) => filesIn(output).size === 0)) return [];
  const { organisationId } = caller;
  const steps = await asCaller(db, caller, (tx) => history.stepsOf(tx, { organisationId, runId }));
  const files = edits.flatMap(({ step, itemPath, visit, output }) => {
    const given = steps.find(
      (known) => known.step === step && known.itemPath === itemPath && known.visit === visit,
    );
    // One that the run has not come to is refused with its checkpoints.
    if (!given) return [];
    const before = filesIn(given.output);
    return [...filesIn(output)].filter((file) => !before.has(file));
  });
  return [...new Set(files)];
}

function filesIn(output: Json, found = new Set<string>()): Set<string> {
  if (typeof output !== "object" || output === null) return found;
  for (const [field, value] of Object.entries(output)) {
    if (typeof value === "string" && /(?:^a|A)rtifactId$/.test(field)) found.add(value);
    else filesIn(value, found);
  }
  return found;
}

async function earlierRun({ db }: Dependencies, caller: Caller, runId: string): Promise<Run> {
  const { organisationId } = caller;
  const run = await asCaller(db, caller, (tx) => runs.get(tx, { organisationId, runId }));
  if (!run) throw new RunsRefusal("RUN_NOT_FOUND", "There is no such run.");
  return run;
}

function startOf(run: Run, { idempotencyKey = null, correlationId, capabilities }: RerunRequest) {
  const { workflow, input, priority, tags } = run;
  return { workflow, input, priority, tags, idempotencyKey, correlationId, capabilities };
}

function isState(machine: Machine, name: string): boolean {
  const named = (one: { name: string }) => one.name === name;
  return machine.steps.some(named) || machine.approvals.some(named);
}

const checkpoint = /^([A-Za-z][A-Za-z0-9]{0,79})(?:\[(\d{1,9}(?:\/\d{1,9})*)\])?(?:#(\d{1,9}))?$/;
/** Step Functions takes no more from a state. */
const maxOutputBytes = 250_000;

function parseEdits(
  machine: Machine,
  from: string,
  outputs: Readonly<Record<string, unknown>>,
): CheckpointEdit[] {
  const issues: InputIssue[] = [];
  const edits: CheckpointEdit[] = [];
  for (const [name, output] of Object.entries(outputs)) {
    const refuse = (message: string, path: InputIssue["path"] = []) =>
      void issues.push({ path: ["outputs", name, ...path], message });
    const [, state = "", itemPath = "", visit = "0"] = checkpoint.exec(name) ?? [];
    const step = machine.steps.find((known) => known.name === state);
    if (!step) refuse(`The workflow has no step "${state || name}" whose output could be edited.`);
    else if (state === from) refuse(`"${state}" is done anew: its output cannot be given.`);
    else {
      const parsed = step.output.safeParse(output);
      const text = parsed.success ? JSON.stringify(parsed.data ?? null) : "";
      if (!parsed.success) {
        for (const issue of parsed.error.issues) refuse(issue.message, issue.path.map(toKey));
      } else if (Buffer.byteLength(text) > maxOutputBytes) {
        refuse(`The output of "${state}" is larger than ${maxOutputBytes / 1000} kB.`);
      } else edits.push({ step: state, itemPath, visit: Number(visit), output: JSON.parse(text) as Json });
    }
  }
  const [first] = issues;
  if (first) throw new RunsRefusal("OUTPUT_INVALID", first.message, issues);
  return edits;
}

/** A workflow may have changed since: what it kept then must still be what its steps give now. */
async function refuseOutdated(
  tx: Tx,
  machine: Machine,
  run: Run,
  edits: readonly CheckpointEdit[],
): Promise<void> {
  if (run.definitionHash === machine.hash) return;
  const edited = new Set(edits.map(({ step }) => step));
  for (const { step, status, output } of await history.stepsOf(tx, {
    organisationId: run.organisationId,
    runId: run.id,
  })) {
    const known = machine.steps.find(({ name }) => name === step);
    if (!known || status !== "succeeded" || edited.has(step) || known.output.safeParse(output).success)
      continue;
    const message = `The workflow has changed since: what "${step}" gave then does not fit any more. Run it anew.`;
    throw new RunsRefusal("OUTPUT_INVALID", message, [{ path: ["outputs", step], message }]);
  }
}

function toKey(part: PropertyKey): string | number {
  return typeof part === "symbol" ? String(part) : part;
}
