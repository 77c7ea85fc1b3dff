import { AwsError } from "../aws-error.js";
import type { MachineRow, RevisionRow, VersionRow } from "../store/store.js";
import type { Context } from "./context.js";

/** What a state machine ARN names: the machine and, where the ARN has a version, that version. */
export interface Found {
  machine: MachineRow;
  version: VersionRow | null;
  revision: RevisionRow;
}

/** @throws AwsError InvalidArn, StateMachineDoesNotExist */
export function findMachine(context: Context, arn: string): Found {
  const { name, version: number, qualifier } = context.arns.parseMachine(arn);
  const machine = context.store.get("machines", name);
  if (machine === undefined || !arn.startsWith(machine.arn)) throw doesNotExist(arn);
  if (qualifier === null)
    return { machine, version: null, revision: context.machines.revision(machine.revisionId) };
  const version = number === null ? undefined : context.store.get("versions", [machine.id, number]);
  if (version === undefined) throw doesNotExist(arn);
  return { machine, version, revision: context.machines.revision(version.revisionId) };
}

function doesNotExist(arn: string): AwsError {
  return new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
}

/** The ARN of a machine's version. */
export function versionArn(machine: { arn: string }, version: { number: number }): string {
  return `${machine.arn}:${version.number}`;
}
