import type { FunctionSpec } from "@longhaul/functions/manifest";
import { Aws, Stack } from "aws-cdk-lib";
import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { SecretName } from "./secrets-stack.js";
import { acknowledge, acknowledgeWildcards } from "./acknowledge.js";

type Permission = FunctionSpec["permissions"][number];

/** The secrets that a function's database role and permissions come with. */
export function secretsOf({ databaseRole, permissions }: FunctionSpec): SecretName[] {
  return [
    ...(databaseRole ? [databaseRole] : []),
    ...(permissions.includes("storage") ? ["storage" as const] : []),
  ];
}

/** Lets a role do on AWS what its step declared, and no more. Storage is Supabase's, and comes with its key. */
export function grantPermissions(role: Role, permissions: readonly Permission[], emailDomain: string): void {
  for (const permission of permissions) grant(role, permission, emailDomain);
}

function grant(role: Role, permission: Permission, emailDomain: string): void {
  switch (permission) {
    // Given where their secret or bucket is known; Storage is Supabase's, and comes with its key.
    case "connections":
    case "storage":
    case "training":
      return;
    case "email": {
      const resource = "identity";
      const identity = Stack.of(role).formatArn({ service: "ses", resource, resourceName: emailDomain });
      role.addToPolicy(new PolicyStatement({ actions: ["ses:SendEmail"], resources: [identity] }));
      return;
    }
    case "sms":
      // Phone numbers have no ARN: allowed is what is no topic and no endpoint.
      role.addToPolicy(
        new PolicyStatement({ actions: ["sns:Publish"], notResources: [`arn:${Aws.PARTITION}:sns:*:*:*`] }),
      );
      return;
    case "models": {
      // A profile of another region hands a call on to the models of several.
      const models = [
        `arn:${Aws.PARTITION}:bedrock:*::foundation-model/*`,
        Stack.of(role).formatArn({ service: "bedrock", resource: "inference-profile", resourceName: "*" }),
      ];
      const actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
      role.addToPolicy(new PolicyStatement({ actions, resources: models }));
      role.addToPolicy(new PolicyStatement({ actions: ["polly:SynthesizeSpeech"], resources: ["*"] }));
      const chosen = "Which models are asked is said by the environment; none of them holds data of ours.";
      acknowledgeWildcards(role, "bedrock", { "inference-profile/*": chosen });
      acknowledge(role, {
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:*::foundation-model/*]": chosen,
        "AwsSolutions-IAM5[Resource::*]": "polly:SynthesizeSpeech takes no resource but lexicons.",
      });
      return;
    }
    case "push": {
      const endpoints = Stack.of(role).formatArn({ service: "sns", resource: "endpoint", resourceName: "*" });
      role.addToPolicy(new PolicyStatement({ actions: ["sns:Publish"], resources: [endpoints] }));
      acknowledgeWildcards(role, "sns", {
        "endpoint/*": "Each device has an endpoint of its own, made when a person registers it.",
      });
      return;
    }
  }
}
