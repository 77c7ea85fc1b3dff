// A rotation function as AWS documents them, with the real client. What the present value says decides how it behaves.
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

const client = new SecretsManagerClient();

export async function handler({ Step, SecretId, ClientRequestToken }) {
  const read = async (more) =>
    (await client.send(new GetSecretValueCommand({ SecretId, ...more }))).SecretString;
  const { VersionIdsToStages: versions } = await client.send(new DescribeSecretCommand({ SecretId }));
  if (!versions[ClientRequestToken]?.includes("AWSPENDING")) throw new Error("The version is not pending.");
  const current = await read({});
  if (current === `fail at ${Step}`) throw new Error(`The database refused at ${Step}.`);
  if (Step === "createSecret") {
    const pending = { VersionId: ClientRequestToken, VersionStage: "AWSPENDING" };
    const there = await read(pending).catch((error) => {
      if (error.name !== "ResourceNotFoundException") throw error;
      return null;
    });
    const put = {
      SecretId,
      ClientRequestToken,
      SecretString: `after ${current}`,
      VersionStages: ["AWSPENDING"],
    };
    if (there === null) await client.send(new PutSecretValueCommand(put));
  }
  if (Step === "finishSecret") {
    const from = Object.keys(versions).find((id) => versions[id].includes("AWSCURRENT"));
    const move = {
      VersionStage: "AWSCURRENT",
      MoveToVersionId: ClientRequestToken,
      RemoveFromVersionId: from,
    };
    await client.send(new UpdateSecretVersionStageCommand({ SecretId, ...move }));
  }
}
