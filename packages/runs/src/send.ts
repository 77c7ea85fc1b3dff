import { ExecutionAlreadyExists, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { asDispatcher, type Dispatchable, dispatch, type Started } from "@longhaul/db";
import { contractOf } from "./catalogue.js";
import { stopAndClose } from "./cancel.js";
import { closeByExecution } from "./close.js";
import type { RunsDependencies } from "./dependencies.js";
import { describeExecution, type Execution, executionArnOf } from "./execution.js";
import { toInputIssue } from "./refusal.js";
import { patience, sendFailureOf } from "./send-failure.js";

/**
 * What became of a run that was to be sent. One that was started is to be noted by {@link noteSent}; `ended` is its
 * execution where that has ended already. One that is postponed is left to whoever tried.
 */
export type Sent =
  | { kind: "sent"; started: Started; ended: Execution | null }
  | { kind: "refused" }
  | { kind: "postponed"; reason: string };

/**
 * Starts a run's execution; a run that can never be started is failed. The same run may be sent any number of times,
 * also at once.
 */
export async function send(deps: RunsDependencies, run: Dispatchable): Promise<Sent> {
  const stateMachineArn = run.stateMachineArn ?? deps.stateMachines[run.workflow];
  if (!stateMachineArn) {
    return giveUp(deps, run, namedError("StateMachineDoesNotExist", `No ARN is set for "${run.workflow}".`));
  }
  const { runId, attempt, executionName: name, executionInput: input } = run;
  try {
    const outdated = outdatedInput(run);
    // One that was sent before the workflow changed, and could not be noted, is under way.
    if (outdated && !(await describeExecution(deps.sfn, executionArnOf(stateMachineArn, name)))) {
      // While a deployment is under way, a process of before may hold a run of the newer contract.
      if (run.tries < patience) return { kind: "postponed", reason: outdated.reason };
      return await refuse(deps, run, outdated.error);
    }
    const { executionArn = executionArnOf(stateMachineArn, name) } = await deps.sfn.send(
      new StartExecutionCommand({ stateMachineArn, name, input }),
    );
    return { kind: "sent", started: { runId, attempt, executionArn, stateMachineArn }, ended: null };
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return recognise(deps, run, stateMachineArn);
    return giveUp(deps, run, error);
  }
}

/** The name is taken: by this very run, sent before by someone who could not note it, whose execution has ended. */
async function recognise(deps: RunsDependencies, run: Dispatchable, stateMachineArn: string): Promise<Sent> {
  const executionArn = executionArnOf(stateMachineArn, run.executionName);
  let execution: Execution | null;
  try {
    execution = await describeExecution(deps.sfn, executionArn);
    if (!execution) throw new Error("The execution that exists could not be found yet.");
  } catch (error) {
    return giveUp(deps, run, error);
  }
  if (execution.input !== undefined && execution.input !== run.executionInput) {
    return giveUp(deps, run, namedError("InvalidName", "The name is taken by another execution."));
  }
  const { runId, attempt } = run;
  return { kind: "sent", started: { runId, attempt, executionArn, stateMachineArn }, ended: execution };
}

/** An execution that has begun, of a run whose workflow is known. */
export interface Begun {
  run: Pick<Dispatchable, "runId" | "attempt" | "workflow">;
  started: Started;
  ended: Execution | null;
}

/** Notes that an execution has begun; it is stopped where its run was asked to end meanwhile, and closed where it has ended. */
export async function noteSent(deps: RunsDependencies, { run, started, ended }: Begun): Promise<void> {
  const { runId, attempt, executionArn } = started;
  const { cancelRequested } = await dispatch.noteSent(deps.db, started);
  deps.logger.info({ runId, attempt, executionArn }, "a run was sent");
  if (ended) await closeByExecution(deps, run, ended);
  if (!cancelRequested) return;
  try {
    await stopAndClose(deps, run, started.executionArn);
  } catch (error) {
    // The run stays "cancelling", and the reconciler comes back to it.
    deps.logger.warn({ err: error, runId: run.runId }, "an execution could not be stopped yet");
  }
}

async function giveUp(deps: RunsDependencies, run: Dispatchable, error: unknown): Promise<Sent> {
  const { runId, attempt, tries } = run;
  const failure = sendFailureOf(error, tries, run.stateMachineArn !== null);
  deps.logger.warn({ err: error, runId, attempt, tries, ...failure }, "a run could not be sent");
  if (failure.kind === "postponed") return failure;
  const { code, message } = failure;
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return refuse(deps, run, { code, message, cause });
}

async function refuse(
  deps: RunsDependencies,
  { runId, attempt }: Dispatchable,
  error: { code: string; message: string; cause?: string },
): Promise<Sent> {
  const outcome = { status: "failed" as const, error };
  await asDispatcher(deps.db, (tx) => dispatch.close(tx, { runId, attempt, outcome }));
  return { kind: "refused" };
}

/**
 * What does not make an input outdated. A field too many does no harm; and a rule of the contract's own was kept when the run
 * was queued, and may be one of that moment: "not in the past".
 */
const passing: ReadonlySet<string | undefined> = new Set(["unrecognized_keys", "custom"]);

/** Why the workflow of today cannot read what a run was stored with that has waited since; null where it can. */
function outdatedInput({ workflow, stateMachineArn, executionInput }: Dispatchable) {
  const contract = stateMachineArn === null ? contractOf(workflow) : undefined;
  if (!contract) return null;
  const { input } = JSON.parse(executionInput) as { input: unknown };
  const issue = contract.input.safeParse(input).error?.issues.find(({ code }) => !passing.has(code));
  if (!issue) return null;
  const { path, message } = toInputIssue(issue);
  const said = path.length === 0 || message.startsWith('"') ? message : `"${path.join(".")}": ${message}`;
  return {
    reason: `"${contract.title}" takes another input here than this run has`,
    error: {
      code: "INPUT_OUTDATED",
      message: `"${contract.title}" takes another input than when this run was queued. ${said} Start it anew.`,
    },
  };
}

function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
