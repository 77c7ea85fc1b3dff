import { invalidParameter, noValue, wrongInput } from "./errors.js";
import type { Version } from "./records.js";

export const current = "AWSCURRENT";
const previous = "AWSPREVIOUS";
export const pending = "AWSPENDING";

/** Versions without stages are kept up to this number, as AWS keeps about a hundred. */
const keptDeprecated = 100;
const maxStages = 20;

/**
 * Adds a version with stages, which leave the versions that had them. Where AWSCURRENT moves, AWSPREVIOUS follows to the
 * version that it leaves. Source: "Secrets Manager: what's in a secret".
 */
export function addVersion(
  versions: readonly Version[],
  added: Omit<Version, "stages">,
  stages: readonly string[],
): Version[] {
  const others = versions.filter(({ id }) => id !== added.id);
  const own = versions.find(({ id }) => id === added.id)?.stages ?? [];
  const first = versions.every(({ value }) => value === null);
  const wanted = first && !stages.includes(current) ? [...stages, current] : stages;
  const placed = [...others, { ...added, stages: own }];
  return tidy(wanted.reduce((all, stage) => moveStage(all, stage, added.id), placed));
}

/** Puts a stage on one version, or on none, and takes it off all others. */
export function moveStage(versions: readonly Version[], stage: string, to: string | null): Version[] {
  const from = versions.find(({ stages }) => stages.includes(stage));
  const moved = versions.map((version) => {
    const rest = version.stages.filter((one) => one !== stage);
    return { ...version, stages: version.id === to ? [...rest, stage] : rest };
  });
  if (stage !== current || from === undefined || from.id === to) return moved;
  return moveStage(moved, previous, from.id);
}

export interface StageMove {
  readonly stage: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** UpdateSecretVersionStage, with its refusals. @throws AwsError InvalidParameterException, ResourceNotFoundException */
export function moveStageAsAsked(versions: readonly Version[], { stage, from, to }: StageMove): Version[] {
  for (const id of [from, to]) {
    if (id !== null && !versions.some((version) => version.id === id)) throw noValue(`VersionId: ${id}`);
  }
  if (from === null && to === null)
    throw invalidParameter("You must give RemoveFromVersionId, MoveToVersionId or both.");
  const holder = versions.find(({ stages }) => stages.includes(stage))?.id ?? null;
  if (holder !== null && holder !== to && from === null) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (from !== null && from !== holder) {
    throw invalidParameter(
      `The staging label ${stage} isn't attached to version ${from}, so you can't remove it from there.`,
    );
  }
  if (stage === current && to === null) {
    throw invalidParameter(
      `You can only move staging label ${current} to a different secret version. It can’t be completely removed.`,
    );
  }
  if (to !== null && to !== holder && stagesOf(versions, to).length >= maxStages)
    throw wrongInput(`A version has ${maxStages} staging labels at most.`);
  return tidy(moveStage(versions, stage, to));
}

export function stagesOf(versions: readonly Version[], id: string): readonly string[] {
  return versions.find((version) => version.id === id)?.stages ?? [];
}

/** Drops the oldest of those that no stage holds. */
function tidy(versions: readonly Version[]): Version[] {
  const deprecated = versions.filter(({ stages }) => stages.length === 0);
  const surplus = new Set(deprecated.slice(0, Math.max(0, deprecated.length - keptDeprecated)));
  return versions.filter((version) => !surplus.has(version));
}
