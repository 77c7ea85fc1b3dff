import { artifacts, asCaller, runs, type Taken, type Taking, type Tx } from "@longhaul/db";
import {
  type Artifact,
  type Capability,
  type Contract,
  type FileFieldMeta,
  fileFields,
  fileRules,
  type Priority,
} from "@longhaul/kit";
import type { z } from "zod";
import type { Caller, RunsDependencies, StartDispatcher } from "./dependencies.js";
import { contractOf, machineOf } from "./catalogue.js";
import { batch, holdSeconds } from "./dispatch.js";
import { registerDefinitions } from "./definitions.js";
import { parseInput } from "./input.js";
import { type InputIssue, RunsRefusal } from "./refusal.js";
import { parseNotBefore, parseTags } from "./start-options.js";

export interface StartRequest {
  workflow: string;
  /** As the caller sent it; it is parsed here by the workflow's contract. */
  input: unknown;
  /** A second start with the same key and input gives the first one's run. */
  idempotencyKey: string | null;
  correlationId: string;
  /** What is switched on here; fields of other capabilities are refused. */
  capabilities: ReadonlySet<Capability>;
  /** The caller's choice, where the contract leaves it one. Default "normal". */
  priority?: Priority | null | undefined;
  /** ISO 8601 with its offset: not sent before this time, which is a year ahead at most. */
  notBefore?: string | null | undefined;
  /** At most ten labels to find the run by; blanks around them and repetitions are dropped. */
  tags?: readonly string[] | undefined;
}

/** Where a run comes from that repeats another, and what is done with it at once. */
export interface Lineage {
  readonly rerunOf: string | null;
  /** The state from which on it is done anew; null for all of it. */
  readonly rerunFrom: string | null;
  /** Files that it may read beside those of its input. */
  readonly artifactIds?: readonly string[];
  /** Called with the new run before anybody can send it. */
  prepare?(tx: Tx, runId: string): Promise<void>;
}

type StartDependencies = Pick<RunsDependencies, "db" | "stateMachines" | "dispatcher">;

/**
 * Stores a run as queued, in one transaction with its first event. Sending it is the dispatcher's work,
 * which may fail without the run being lost.
 *
 * @returns `created` is false when the idempotency key has been used with the same input before.
 * @throws RunsRefusal WORKFLOW_NOT_FOUND, WORKFLOW_NOT_DEPLOYED, INPUT_INVALID, INPUT_TOO_LARGE
 * @throws DatabaseRefusal FORBIDDEN, FILE_NOT_FOUND, IDEMPOTENCY_CONFLICT
 */
export function startRun(
  deps: StartDependencies,
  caller: Omit<Caller, "role">,
  request: StartRequest,
): Promise<{ runId: string; created: boolean }> {
  return startRunOf(deps, caller, request, null);
}

/** As {@link startRun}; `prepare` is called with a new run, in the transaction that stores it, before anybody can send it. */
export function startRunWith(
  deps: StartDependencies,
  caller: Omit<Caller, "role">,
  request: StartRequest,
  prepare: (tx: Tx, runId: string) => Promise<void>,
): Promise<{ runId: string; created: boolean }> {
  return startRunOf(deps, caller, request, { rerunOf: null, rerunFrom: null, prepare });
}

/** As {@link startRun}, for a run that repeats another. */
export async function startRunOf(
  { db, stateMachines, dispatcher }: StartDependencies,
  caller: Omit<Caller, "role">,
  request: StartRequest,
  lineage: Lineage | null,
): Promise<{ runId: string; created: boolean }> {
  const { contract, input, ...parsed } = parseStart(stateMachines, request);
  const { organisationId } = caller;
  await registerDefinitions({ db });
  const run = {
    ...parsed.run,
    organisationId,
    idempotencyKey: request.idempotencyKey,
    artifactIds: [...new Set([...parsed.artifactIds, ...(lineage?.artifactIds ?? [])])],
    rerunOf: lineage?.rerunOf ?? null,
    rerunFrom: lineage?.rerunFrom ?? null,
  };
  // Nothing else is to be done in its transaction, which may then be others' too.
  if (run.artifactIds.length === 0 && !lineage?.prepare)
    return runs.startAlone(db, caller, run, dispatcher && takingFor(dispatcher));
  const started = await asCaller(db, caller, async (tx) => {
    await refuseUnfitFiles(tx, contract, organisationId, input);
    const started = await runs.start(tx, run);
    // Only now is it known how large a new upload is; a refusal takes the run back.
    if (started.created) await refuseUnfitFiles(tx, contract, organisationId, input);
    if (started.created) await lineage?.prepare?.(tx, started.runId);
    return started;
  });
  dispatcher?.soon();
  return started;
}

function takingFor(dispatcher: StartDispatcher): Taking {
  const taken = (found: Taken | null) => (found ? dispatcher.send(found) : dispatcher.soon());
  return { limit: batch, holdSeconds, taken };
}

/**
 * What a request to start means by its workflow's contract: the run as it will be stored, but for whose it is.
 *
 * @throws RunsRefusal as {@link startRun} does
 */
export function parseStart(
  stateMachines: RunsDependencies["stateMachines"],
  request: Omit<StartRequest, "idempotencyKey">,
) {
  const contract = contractOf(request.workflow);
  const machine = machineOf(request.workflow);
  if (!contract || !machine) throw new RunsRefusal("WORKFLOW_NOT_FOUND", "There is no such workflow.");
  if (!stateMachines[contract.name]) {
    throw new RunsRefusal(
      "WORKFLOW_NOT_DEPLOYED",
      `"${contract.title}" cannot be started here at the moment.`,
    );
  }
  const { value, artifactIds } = parseInput(contract, request.input, request.capabilities);
  // The contract's own schema has just made it; the erased type only forgets that.
  const input = value as z.output<typeof contract.input>;
  const run = {
    workflow: contract.name,
    name: storableName(contract.runName(input), contract.title),
    priority: contract.runPriority?.(input) ?? request.priority ?? "normal",
    input: value,
    stages: machine.stages,
    definitionHash: machine.hash,
    correlationId: request.correlationId,
    tags: parseTags(request.tags),
    notBefore: parseNotBefore(request.notBefore),
    lane: contract.lane ?? "direct",
  };
  return { contract, input, artifactIds, run };
}

/** A run's name has 1 to 200 characters in the table. */
function storableName(name: string, fallback: string): string {
  return [...name.trim()].slice(0, 200).join("") || fallback;
}

/** Files are checked here for what the contract's field says; that they are there, by start_run itself. */
async function refuseUnfitFiles(
  tx: Tx,
  contract: Contract,
  organisationId: string,
  input: Readonly<Record<string, unknown>>,
): Promise<void> {
  const issues: InputIssue[] = [];
  for (const field of fileFields(contract)) {
    const rules = fileRules(contract.input.shape[field] as z.ZodType) as FileFieldMeta;
    const value = input[field];
    for (const [index, artifactId] of (Array.isArray(value) ? value : [value]).entries()) {
      if (typeof artifactId !== "string") continue;
      const artifact = await artifacts.get(tx, { organisationId, artifactId });
      const message = unfit(artifact, rules);
      if (message) issues.push({ path: Array.isArray(value) ? [field, index] : [field], message });
    }
  }
  const [first] = issues;
  if (first) throw new RunsRefusal("INPUT_INVALID", first.message, issues);
}

function unfit(artifact: Artifact | null, { maxBytes }: FileFieldMeta): string | null {
  if (!artifact) return "This file is not there, or not yours. Upload it again.";
  if (artifact.size !== null && artifact.size > maxBytes) {
    return `The file has ${megabytes(artifact.size)} MB; the most is ${megabytes(maxBytes)} MB.`;
  }
  return null;
}

function megabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1).replace(/\.0$/, "");
}
