import { randomInt } from "node:crypto";
import { AwsError } from "../aws-error.js";
import type { AliasRow, MachineRow, RevisionRow, VersionRow } from "../store/store.js";
import type { Context } from "./context.js";
import { invalid } from "./errors.js";

/** What a state machine ARN names: the machine and, where the ARN has a version or an alias, the version. */
export interface Found {
  machine: MachineRow;
  version: VersionRow | null;
  alias: AliasRow | null;
  revision: RevisionRow;
}

/**
 * The machine that an ARN names. An alias gives one of its versions, by chance as their weights say.
 * @throws AwsError InvalidArn, StateMachineDoesNotExist, ValidationException for the ARN of a distributed Map
 */
export function findMachine(context: Context, arn: string): Found {
  const { name, label, version: number, alias: qualifier } = context.arns.parseMachine(arn);
  if (label !== null)
    throw invalid(
      "This operation does not support ARNs of distributed Map states",
      "API_DOES_NOT_SUPPORT_LABELED_ARNS",
    );
  const machine = context.store.get("machines", name);
  if (machine === undefined || !isOf(machine, arn)) throw doesNotExist(arn);
  if (number === null && qualifier === null)
    return { machine, version: null, alias: null, revision: context.machines.revision(machine.revisionId) };
  const alias = qualifier === null ? null : context.store.get("aliases", [machine.id, qualifier]);
  if (alias === undefined) throw doesNotExist(arn);
  const chosen = alias === null ? (number ?? 0) : versionNumber(route(alias));
  const version = context.store.get("versions", [machine.id, chosen]);
  if (version === undefined) throw doesNotExist(arn);
  return { machine, version, alias, revision: context.machines.revision(version.revisionId) };
}

/** The machine of an ARN that has neither version nor alias. @throws AwsError as findMachine, ValidationException */
export function findUnqualified(context: Context, arn: string): MachineRow {
  const { machine, version } = findMachine(context, arn);
  if (version === null) return machine;
  throw invalid(`This operation takes the ARN of a state machine without a version or an alias: '${arn}'`);
}

function isOf(machine: MachineRow, arn: string): boolean {
  return arn === machine.arn || arn.startsWith(`${machine.arn}:`);
}

function route({ routes }: AliasRow): string {
  let left = randomInt(100);
  for (const { versionArn: arn, weight } of routes) {
    if (left < weight) return arn;
    left -= weight;
  }
  return routes[0]?.versionArn ?? "";
}

function versionNumber(arn: string): number {
  return Number(arn.slice(arn.lastIndexOf(":") + 1));
}

function doesNotExist(arn: string): AwsError {
  return new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
}

/** The ARN of a machine's version. */
export function versionArn(machine: { arn: string }, version: { number: number }): string {
  return `${machine.arn}:${version.number}`;
}
