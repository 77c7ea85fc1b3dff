import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Accepts findings of a rule on a construct and all within it, for a reason that a reviewer can judge. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const acknowledged = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  Validations.of(construct).acknowledge(...acknowledged);
}

/** Accepts resources of this account and region that end in a wildcard, for a reason each. */
export function acknowledgeWildcards(
  role: IConstruct,
  service: string,
  reasons: Readonly<Record<string, string>>,
): void {
  const account = `arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>`;
  for (const [resource, reason] of Object.entries(reasons)) {
    acknowledge(role, { [`AwsSolutions-IAM5[Resource::${account}:${resource}]`]: reason });
  }
}
