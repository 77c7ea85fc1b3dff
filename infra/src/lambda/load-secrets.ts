// Stands in front of each function's entry (see bundle.ts): a secret is read when an instance starts, so
// that it is in no template, no function's configuration and no console.
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsCalls } from "@longhaul/kit/step";
import { secretArns, setVariables } from "./env.js";
import { readSecrets } from "./secrets.js";

const arns = secretArns();
if (arns.length > 0) {
  const client = new SecretsManagerClient({ maxAttempts: 2, requestHandler: awsCalls });
  const read = async (SecretId: string) =>
    (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  setVariables(await readSecrets(arns, read));
}
