import { AwsError } from "../aws-error.js";

/** Builds and reads the ARNs of one account and region. */
export class Arns {
  constructor(
    readonly region: string,
    readonly accountId: string,
  ) {}

  machine(name: string): string {
    return `arn:aws:states:${this.region}:${this.accountId}:stateMachine:${name}`;
  }

  execution(machineName: string, name: string): string {
    return `arn:aws:states:${this.region}:${this.accountId}:execution:${machineName}:${name}`;
  }

  /** An execution of an EXPRESS machine: `id` makes it one of its own. */
  expressExecution(machineName: string, name: string, id: string): string {
    return `arn:aws:states:${this.region}:${this.accountId}:express:${machineName}:${name}:${id}`;
  }

  /** Name and version of a state machine ARN; a version is its last part. @throws AwsError InvalidArn */
  parseMachine(arn: string): { name: string; version: number | null; qualifier: string | null } {
    const parts = arn.split(":");
    const [, partition, service, , account, kind, name, qualifier] = parts;
    const right =
      parts[0] === "arn" && partition?.startsWith("aws") && service === "states" && kind === "stateMachine";
    if (!right || !/^\d{12}$/.test(account ?? "") || name === undefined || name === "" || parts.length > 8)
      throw invalidArn(arn);
    const version = qualifier !== undefined && /^\d{1,9}$/.test(qualifier) ? Number(qualifier) : null;
    return { name, version, qualifier: qualifier ?? null };
  }

  /** @throws AwsError InvalidArn */
  assertExecution(arn: string): void {
    const parts = arn.split(":");
    const right =
      parts[0] === "arn" && parts[2] === "states" && parts[5] === "execution" && parts.length === 8;
    if (!right) throw invalidArn(arn);
  }
}

function invalidArn(arn: string): AwsError {
  return new AwsError("InvalidArn", `Invalid Arn: '${arn}'`);
}
