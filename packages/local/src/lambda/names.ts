import { AwsError } from "@longhaul/stepfunctions";

export interface Account {
  readonly region: string;
  readonly accountId: string;
}

/** The ARN of a function of this account. */
export function functionArn({ region, accountId }: Account, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

/**
 * Reads what clients give as FunctionName: a name, a partial or a full ARN, each with or without a qualifier.
 *
 * @throws AwsError ValidationException when it is none of these, ResourceNotFoundException when it names
 *   another account's or region's function, or a version other than $LATEST.
 */
export function functionName(given: string, qualifier: string | null, account: Account): string {
  const match =
    /^(?:(?:arn:aws:lambda:([a-z0-9-]+):)?(\d{12}):function:)?([A-Za-z0-9_-]{1,140})(?::([A-Za-z0-9$_-]+))?$/.exec(
      given,
    );
  if (match === null) {
    throw new AwsError(
      "ValidationException",
      `${JSON.stringify(given.slice(0, 200))} is not a function name or ARN.`,
    );
  }
  const [, region, accountId, name = "", suffix] = match;
  const version = qualifier ?? suffix ?? "$LATEST";
  const foreign =
    (region !== undefined && region !== account.region) ||
    (accountId !== undefined && accountId !== account.accountId);
  if (foreign) throw notFound(given);
  if (version !== "$LATEST") throw notFound(`${functionArn(account, name)}:${version}`);
  return name;
}

export function notFound(what: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Function not found: ${what}`, 404);
}
