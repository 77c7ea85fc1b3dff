import { AwsError } from "../aws-error.js";

/** What a state machine ARN says: `…:stateMachine:name[/label][:version or alias]`. */
export interface MachineName {
  name: string;
  /** The distributed Map whose items' executions it stands for. */
  label: string | null;
  version: number | null;
  alias: string | null;
}

/** ARNs that are kept with what they say, and the longest of them. */
const MOST_KNOWN = 1_000;
const LONGEST_KNOWN = 256;

/** Builds and reads the ARNs of one account and region. */
export class Arns {
  /** What has been read of machines' ARNs: each start has one. */
  private readonly known = new Map<string, MachineName>();

  constructor(
    readonly region: string,
    readonly accountId: string,
  ) {}

  machine(name: string): string {
    return this.of("stateMachine", name);
  }

  execution(machineName: string, name: string): string {
    return this.of("execution", `${machineName}:${name}`);
  }

  /** An execution of an EXPRESS machine: `id` makes it one of its own. */
  expressExecution(machineName: string, name: string, id: string): string {
    return this.of("express", `${machineName}:${name}:${id}`);
  }

  activity(name: string): string {
    return this.of("activity", name);
  }

  private of(kind: string, name: string): string {
    return `arn:aws:states:${this.region}:${this.accountId}:${kind}:${name}`;
  }

  /** @throws AwsError InvalidArn */
  parseMachine(arn: string): MachineName {
    const known = this.known.get(arn);
    if (known !== undefined) return known;
    const read = readMachine(arn);
    if (arn.length > LONGEST_KNOWN) return read;
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(arn, read);
    return read;
  }

  /** @throws AwsError InvalidArn, also for executions of EXPRESS machines: nothing is kept of them */
  assertExecution(arn: string): void {
    // The items of an EXPRESS Map, whose machine has a label, are kept with their map run.
    const express = arn.split(":")[5] === "express" && arn.split(":")[6]?.includes("/") === true;
    const parts = resource(arn, express ? "express" : "execution");
    if (parts.length !== (express ? 3 : 2)) throw invalidArn(arn);
  }

  /** @throws AwsError InvalidArn */
  assertActivity(arn: string): void {
    if (resource(arn, "activity").length !== 1) throw invalidArn(arn);
  }

  /** @throws AwsError InvalidArn */
  assertMapRun(arn: string): void {
    if (resource(arn, "mapRun").length !== 2) throw invalidArn(arn);
  }
}

function readMachine(arn: string): MachineName {
  const [path = "", qualifier, ...more] = resource(arn, "stateMachine");
  const [name = "", label, ...deeper] = path.split("/");
  if (name === "" || more.length > 0 || deeper.length > 0 || qualifier === "") throw invalidArn(arn);
  const version = qualifier !== undefined && /^\d{1,9}$/.test(qualifier) ? Number(qualifier) : null;
  return { name, label: label ?? null, version, alias: version === null ? (qualifier ?? null) : null };
}

/** What follows the kind in an ARN of Step Functions. */
function resource(arn: string, kind: string): string[] {
  const [prefix, partition = "", service, , account = "", given = "", ...rest] = arn.split(":");
  if (prefix !== "arn" || !/^aws[a-z-]*$/.test(partition)) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  if (service !== "states" || !/^\d{12}$/.test(account)) throw invalidArn(arn);
  if (given !== kind) throw invalidArn(`Resource type not valid in this context: ${given}`);
  return rest;
}

function invalidArn(why: string): AwsError {
  return new AwsError("InvalidArn", `Invalid Arn: '${why.slice(0, 300)}'`);
}
