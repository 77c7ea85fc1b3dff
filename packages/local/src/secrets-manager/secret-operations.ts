import { z } from "zod";
import { invalidParameter } from "./errors.js";
import { filterSchema, matches } from "./filters.js";
import { pageOf, pageShape, parse, secretId } from "./input.js";
import type { Secret } from "./records.js";
import type { Secrets } from "./secrets.js";
import type { Operation } from "./value-operations.js";

const dayMs = 86_400_000;
const bySecret = z.object({ SecretId: secretId });
const listSchema = z.object({
  ...pageShape,
  Filters: z.array(filterSchema).max(10).default([]),
  SortOrder: z.enum(["asc", "desc"]).default("desc"),
  IncludePlannedDeletion: z.boolean().default(false),
});
const versionsSchema = bySecret.extend({ ...pageShape, IncludeDeprecated: z.boolean().default(false) });
const deleteSchema = bySecret.extend({
  RecoveryWindowInDays: z.number().int().min(7).max(30).optional(),
  ForceDeleteWithoutRecovery: z.boolean().default(false),
});

/** The operations that show secrets, delete them and bring them back. */
export function secretOperations(secrets: Secrets): Record<string, Operation> {
  return {
    async DescribeSecret(input) {
      return described(secrets.find(parse(bySecret, input).SecretId));
    },
    async ListSecrets(input) {
      const given = parse(listSchema, input);
      const direction = given.SortOrder === "asc" ? 1 : -1;
      const found = secrets
        .list()
        .filter(({ deletion }) => deletion === null || given.IncludePlannedDeletion)
        .filter((secret) => given.Filters.every((filter) => matches(filter, secret)))
        .toSorted((a, b) => direction * (a.createdAt - b.createdAt || a.name.localeCompare(b.name)));
      const { page, next } = pageOf(found, given);
      return { SecretList: page.map((secret) => inList(secret)), ...next };
    },
    async ListSecretVersionIds(input) {
      const given = parse(versionsSchema, input);
      const { arn, name, versions } = secrets.find(given.SecretId);
      const found = versions.filter(({ stages }) => stages.length > 0 || given.IncludeDeprecated);
      const { page, next } = pageOf(found, given);
      const Versions = page.map(({ id, stages, createdAt, accessedAt }) => ({
        VersionId: id,
        VersionStages: stages,
        CreatedDate: createdAt / 1000,
        ...(accessedAt !== null && { LastAccessedDate: accessedAt / 1000 }),
      }));
      return { Versions, ARN: arn, Name: name, ...next };
    },
    DeleteSecret: (input) => remove(secrets, input),
    async RestoreSecret(input) {
      const secret = secrets.find(parse(bySecret, input).SecretId);
      await secrets.put({ ...secret, deletion: null });
      return { ARN: secret.arn, Name: secret.name };
    },
  };
}

async function remove(secrets: Secrets, input: unknown): Promise<object> {
  const {
    SecretId,
    RecoveryWindowInDays: days,
    ForceDeleteWithoutRecovery: force,
  } = parse(deleteSchema, input);
  if (force && days !== undefined)
    throw invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  const at = secrets.now();
  if (force) {
    const secret = secrets.find(SecretId);
    await secrets.remove(secret);
    return { ARN: secret.arn, Name: secret.name, DeletionDate: at / 1000 };
  }
  const secret = secrets.live(SecretId);
  const dueAt = at + (days ?? 30) * dayMs;
  await secrets.put({ ...secret, deletion: { markedAt: at, dueAt } });
  return { ARN: secret.arn, Name: secret.name, DeletionDate: dueAt / 1000 };
}

/** A secret as both answers have it. Dates are seconds since 1970. */
function shown(secret: Secret) {
  const { arn, name, description, kmsKeyId, rotation, accessedAt, deletion } = secret;
  const next = nextRotation(secret);
  return {
    ARN: arn,
    Name: name,
    ...(description !== null && { Description: description }),
    ...(kmsKeyId !== null && { KmsKeyId: kmsKeyId }),
    ...(rotation && {
      RotationEnabled: rotation.enabled,
      RotationLambdaARN: rotation.functionArn,
      RotationRules: rotation.rules,
      ...(rotation.rotatedAt !== null && { LastRotatedDate: rotation.rotatedAt / 1000 }),
    }),
    ...(next !== null && { NextRotationDate: next / 1000 }),
    CreatedDate: secret.createdAt / 1000,
    LastChangedDate: secret.changedAt / 1000,
    ...(accessedAt !== null && { LastAccessedDate: accessedAt / 1000 }),
    ...(deletion !== null && { DeletedDate: deletion.markedAt / 1000 }),
    Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function stagesByVersion({ versions }: Secret): Record<string, readonly string[]> {
  const staged = versions.filter(({ stages }) => stages.length > 0);
  return Object.fromEntries(staged.map(({ id, stages }) => [id, stages]));
}

function described(secret: Secret) {
  return { ...shown(secret), VersionIdsToStages: stagesByVersion(secret) };
}

function inList(secret: Secret) {
  return { ...shown(secret), SecretVersionsToStages: stagesByVersion(secret) };
}

/** When a secret is rotated by itself, in milliseconds since 1970; null for one that is not. */
export function nextRotation({ rotation, createdAt }: Secret): number | null {
  if (rotation === null || !rotation.enabled || rotation.everyMs === null) return null;
  return (rotation.rotatedAt ?? createdAt) + rotation.everyMs;
}
