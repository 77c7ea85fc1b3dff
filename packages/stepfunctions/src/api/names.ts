import { AwsError } from "../aws-error.js";
import { assertLength } from "./request.js";

/** What most names are: nothing in them could be forbidden. */
const PLAIN_NAME = /^[\w.-]{1,80}$/;

/**
 * Names of state machines and executions: 1 to 80 characters, none of those that AWS forbids.
 * @throws AwsError ValidationException for the length, InvalidName for a character
 */
export function assertName(name: string): void {
  if (PLAIN_NAME.test(name)) return;
  assertLength("name", name, { min: 1, max: 80 });
  const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff]/u;
  if (forbidden.test(name) || /[\ud800-\udfff]/.test(name))
    throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
}

/** @throws AwsError InvalidArn */
export function assertRole(roleArn: string): void {
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(roleArn))
    throw new AwsError("InvalidArn", `Invalid Role Arn: '${roleArn.slice(0, 256)}'`);
}
