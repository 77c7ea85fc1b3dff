import { z } from "zod";
import type { Plain } from "./cipher.js";
import { alreadyThere, invalidRequest, noValue } from "./errors.js";
import { newVersionId, parse, plainOf, secretId, stage, tagsSchema, token, valueSchema } from "./input.js";
import { versionId } from "./input.js";
import type { Secret } from "./records.js";
import { sameValue, type Secrets } from "./secrets.js";
import { addVersion, current, moveStageAsAsked } from "./versions.js";

export type Operation = (input: unknown) => Promise<object>;

const createSchema = valueSchema.extend({
  Name: z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, "1 to 512 letters, digits and /_+=.@-"),
  ClientRequestToken: token,
  Description: z.string().max(2048).optional(),
  KmsKeyId: z.string().max(2048).optional(),
  Tags: tagsSchema.default([]),
});
const putSchema = valueSchema.extend({
  SecretId: secretId,
  ClientRequestToken: token,
  VersionStages: z.array(stage).min(1).max(20).default([current]),
});
const updateSchema = valueSchema.extend({
  SecretId: secretId,
  ClientRequestToken: token,
  Description: z.string().max(2048).optional(),
  KmsKeyId: z.string().max(2048).optional(),
});
const getSchema = z.object({
  SecretId: secretId,
  VersionId: versionId.optional(),
  VersionStage: stage.optional(),
});
const moveSchema = z.object({
  SecretId: secretId,
  VersionStage: stage,
  RemoveFromVersionId: versionId.optional(),
  MoveToVersionId: versionId.optional(),
});

/** The operations that make secrets, and read and write their values. */
export function valueOperations(secrets: Secrets): Record<string, Operation> {
  return {
    CreateSecret: (input) => create(secrets, input),
    GetSecretValue: (input) => getValue(secrets, input),
    async PutSecretValue(input) {
      const given = parse(putSchema, input);
      const secret = secrets.live(given.SecretId);
      const plain = plainOf(given);
      if (plain === null) throw invalidRequest("You must provide either SecretString or SecretBinary.");
      const id = newVersionId(given.ClientRequestToken);
      await secrets.put(withVersion(secrets, secret, { id, plain, stages: given.VersionStages }));
      const stages = secrets.find(secret.arn).versions.find((version) => version.id === id)?.stages;
      return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
    },
    async UpdateSecret(input) {
      const given = parse(updateSchema, input);
      const secret = secrets.live(given.SecretId);
      const plain = plainOf(given);
      const id = newVersionId(given.ClientRequestToken);
      const base = plain ? withVersion(secrets, secret, { id, plain, stages: [current] }) : secret;
      const { Description: description = secret.description, KmsKeyId: kmsKeyId = secret.kmsKeyId } = given;
      await secrets.put({ ...base, description, kmsKeyId, changedAt: secrets.now() });
      return { ARN: secret.arn, Name: secret.name, ...(plain && { VersionId: id }) };
    },
    async UpdateSecretVersionStage(input) {
      const given = parse(moveSchema, input);
      const secret = secrets.live(given.SecretId);
      const { RemoveFromVersionId: from = null, MoveToVersionId: to = null } = given;
      const versions = moveStageAsAsked(secret.versions, { stage: given.VersionStage, from, to });
      await secrets.put({ ...secret, versions, changedAt: secrets.now() });
      return { ARN: secret.arn, Name: secret.name };
    },
  };
}

async function create(secrets: Secrets, input: unknown): Promise<object> {
  const given = parse(createSchema, input);
  const { Name: name, Description: description = null, KmsKeyId: kmsKeyId = null } = given;
  const plain = plainOf(given);
  const id = newVersionId(given.ClientRequestToken);
  const present = secrets.byName(name);
  if (present !== undefined) {
    if (present.deletion !== null)
      throw invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    const version = present.versions.find((one) => one.id === id);
    if (version === undefined || plain === null || !sameValue(secrets.open(present, version), plain))
      throw alreadyThere(`The operation failed because the secret ${name} already exists.`);
    return { ARN: present.arn, Name: name, VersionId: id };
  }
  const at = secrets.now();
  const secret: Secret = {
    ...{ name, arn: secrets.newArn(name), description, kmsKeyId, createdAt: at, changedAt: at },
    ...{ accessedAt: null, deletion: null, rotation: null, versions: [] },
    tags: Object.fromEntries(given.Tags.map(({ Key, Value }) => [Key, Value])),
  };
  await secrets.put(plain ? withVersion(secrets, secret, { id, plain, stages: [current] }) : secret);
  return { ARN: secret.arn, Name: name, ...(plain && { VersionId: id }) };
}

/** A version that is there takes the same value again, or the first one of a rotation. */
function withVersion(
  secrets: Secrets,
  secret: Secret,
  { id, plain, stages }: { readonly id: string; readonly plain: Plain; readonly stages: readonly string[] },
): Secret {
  const at = secrets.now();
  const present = secret.versions.find((version) => version.id === id);
  if (present !== undefined && present.value !== null) {
    if (sameValue(secrets.open(secret, present), plain)) return secret;
    throw alreadyThere(
      "You can't modify an existing version, you can only create new versions: the ClientRequestToken belongs to another value.",
    );
  }
  const added = { id, value: secrets.seal(secret.arn, id, plain), createdAt: at, accessedAt: null };
  return { ...secret, versions: addVersion(secret.versions, added, stages), changedAt: at };
}

async function getValue(secrets: Secrets, input: unknown): Promise<object> {
  const { SecretId, VersionId: id, VersionStage: wanted } = parse(getSchema, input);
  const secret = secrets.live(SecretId);
  const label = wanted ?? (id === undefined ? current : undefined);
  const byStage = label === undefined ? undefined : `staging label: ${label}`;
  const version = secret.versions.find((one) =>
    id === undefined ? one.stages.includes(label ?? "") : one.id === id,
  );
  if (version === undefined) throw noValue(id === undefined ? (byStage ?? "") : `VersionId: ${id}`);
  if (label !== undefined && !version.stages.includes(label))
    throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
  const plain = secrets.open(secret, version);
  if (plain === null) throw noValue(byStage ?? `VersionId: ${version.id}`);
  await noteAccess(secrets, secret, version.id);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...(plain.kind === "string" ? { SecretString: plain.text } : { SecretBinary: plain.base64 }),
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1000,
  };
}

const dayMs = 86_400_000;

/** Kept as a date, as AWS keeps it, so that reading writes once a day. */
async function noteAccess(secrets: Secrets, secret: Secret, id: string): Promise<void> {
  const day = Math.floor(secrets.now() / dayMs) * dayMs;
  const version = secret.versions.find((one) => one.id === id);
  if (secret.accessedAt === day && version?.accessedAt === day) return;
  const versions = secret.versions.map((one) => (one.id === id ? { ...one, accessedAt: day } : one));
  await secrets.put({ ...secret, versions, accessedAt: day });
}
