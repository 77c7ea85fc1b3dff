import type { Artifact } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { one } from "./one.js";
import { type ArtifactRow, toArtifact } from "./rows.js";

/**
 * Announces an upload; Storage then lets the caller put its bytes at `path`.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN.
 */
export async function createUpload(
  tx: Tx,
  params: { organisationId: string; name: string; contentType: string },
): Promise<Artifact> {
  const row = one(
    await tx<ArtifactRow[]>`
    select * from longhaul.create_upload(${params.organisationId}, ${params.name}, ${params.contentType})`,
  );
  return toArtifact(row);
}

export async function get(
  tx: Tx,
  params: { organisationId: string; artifactId: string },
): Promise<Artifact | null> {
  const [row] = await tx<ArtifactRow[]>`
    select * from longhaul.artifacts where organisation_id = ${params.organisationId} and id = ${params.artifactId}`;
  return row ? toArtifact(row) : null;
}

/** Those of the organisation, in no particular order. */
export async function getMany(
  tx: Tx,
  params: { organisationId: string; artifactIds: readonly string[] },
): Promise<Artifact[]> {
  const rows = await tx<ArtifactRow[]>`
    select * from longhaul.artifacts
    where organisation_id = ${params.organisationId} and id = any (${[...params.artifactIds]}::uuid[])`;
  return rows.map(toArtifact);
}
