import { RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";

/** What each secret holds; its value is set by hand or by a pipeline, never by a template. */
const contents = {
  worker: ["longhaul/database/worker", "DATABASE_URL of the role longhaul_worker"],
  dispatcher: ["longhaul/database/dispatcher", "DATABASE_URL of the role longhaul_dispatcher"],
  storage: ["longhaul/supabase/storage", "SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY"],
  // No variables: it is read as a whole, by those who use connections.
  connections: [
    "longhaul/connection-keys",
    "current and keys, that seal tokens of connections and secrets of webhooks, and clientSecret",
  ],
} as const;

export type SecretName = keyof typeof contents;

/** What outlives deployments: a secret that is deleted with a stack cannot be rolled back to. */
export class SecretsStack extends Stack {
  readonly secrets: Readonly<Record<SecretName, ISecret>>;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    const create = (name: SecretName) => {
      const [secretName, holds] = contents[name];
      const description = `A JSON object: ${holds}.`;
      const secret = new Secret(this, name, {
        secretName,
        description,
        removalPolicy: RemovalPolicy.RETAIN,
      });
      acknowledge(secret, {
        "AwsSolutions-SMG4":
          "Supabase makes its credentials and has no API that a rotation function could call; they are rotated there and set here. A new key of connections is added beside the old ones by hand.",
      });
      return secret;
    };
    this.secrets = {
      worker: create("worker"),
      dispatcher: create("dispatcher"),
      storage: create("storage"),
      connections: create("connections"),
    };
  }
}
