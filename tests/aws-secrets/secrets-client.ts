import { randomBytes } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { FunctionSpec } from "@longhaul/functions/manifest";
import { startTestAws, type TestAws } from "../aws/local-aws.js";
import { aws } from "./env.js";

/** Secrets under names of one test file's own, on the stand-in or on AWS. */
export interface SecretsWorld extends AsyncDisposable {
  client: SecretsManagerClient;
  /** The stand-in. @throws on AWS */
  local: TestAws;
  /** A name that nobody else has; its secret is removed at the end. */
  name(what: string): string;
  /** Makes a secret. */
  create(what: string, value?: string): Promise<{ name: string; arn: string; version: string }>;
  read(secret: string, which?: Omit<GetSecretValueCommandInput, "SecretId">): Promise<string | undefined>;
  stages(secret: string): Promise<Record<string, string[]>>;
}

/** What lets a function's own client come back to the stand-in. */
const environment = (_spec: FunctionSpec, url: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: "anything",
  AWS_SECRET_ACCESS_KEY: "anything",
});

export async function startSecretsWorld(
  options: { functions?: FunctionSpec[]; dataDir?: string } = {},
): Promise<SecretsWorld> {
  const started = aws
    ? null
    : await startTestAws(options.functions ?? [], { dataDir: options.dataDir, environment });
  const client = new SecretsManagerClient(aws ?? started!.client);
  const prefix = `longhaul-contract/${randomBytes(4).toString("hex")}`;
  const names = new Set<string>();
  const name = (what: string) => {
    names.add(`${prefix}/${what}`);
    return `${prefix}/${what}`;
  };
  return {
    client,
    name,
    get local() {
      if (started === null) throw new Error("This test is about the stand-in only.");
      return started;
    },
    async create(what, value = `the value of ${what}`) {
      const Name = name(what);
      const made = await client.send(new CreateSecretCommand({ Name, SecretString: value }));
      return { name: Name, arn: made.ARN!, version: made.VersionId! };
    },
    async read(secret, which = {}) {
      return (await client.send(new GetSecretValueCommand({ SecretId: secret, ...which }))).SecretString;
    },
    async stages(secret) {
      const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: secret }));
      return VersionIdsToStages ?? {};
    },
    async [Symbol.asyncDispose]() {
      if (started === null) {
        const force = (SecretId: string) =>
          client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
        await Promise.allSettled([...names].map(force));
      }
      client.destroy();
      await started?.[Symbol.asyncDispose]();
    },
  };
}
