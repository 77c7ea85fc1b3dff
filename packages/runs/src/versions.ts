import {
  ConflictException,
  DeleteStateMachineVersionCommand,
  ListStateMachineVersionsCommand,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import { asDispatcher, dispatch } from "@longhaul/db";
import type { RunsDependencies } from "./dependencies.js";

export interface PruneOptions {
  /** The newest versions of each machine that stay, whoever names them. */
  keep?: number;
  /** The most that one call deletes. */
  limit?: number;
}

/** Half of what Step Functions keeps of a machine; runs that have failed can be retried on them. */
const keepNewest = 500;
/** Within the time of one sweep, and what Step Functions lets an account delete meanwhile. */
const mostAtOnce = 50;

/**
 * Deletes old versions of the state machines, of which Step Functions keeps 1,000 each and then publishes none. One that
 * is among the newest, that is deployed, or that a run names which has not ended, stays. Executions under way go on
 * without their version; a run that is retried on one that has gone fails as VERSION_GONE.
 *
 * @throws what the SDK throws when Step Functions refuses to list or delete.
 */
export async function pruneVersions(
  { db, sfn, stateMachines, logger }: Pick<RunsDependencies, "db" | "sfn" | "stateMachines" | "logger">,
  { keep = keepNewest, limit = mostAtOnce }: PruneOptions = {},
): Promise<{ deleted: number }> {
  const deployed = Object.values(stateMachines);
  const old: string[] = [];
  for (const arn of deployed) {
    // Numbers are given one after the other and never twice: there cannot be more versions than that.
    if (numberOf(arn) > keep) old.push(...(await versionsOf(sfn, arn)).slice(keep).toReversed());
  }
  if (old.length === 0) return { deleted: 0 };
  // Asked after the list: what is sent meanwhile is sent to a version that is deployed.
  const named = new Set([...deployed, ...(await asDispatcher(db, (tx) => dispatch.versionsUnderWay(tx)))]);
  let deleted = 0;
  for (const arn of old.filter((version) => !named.has(version)).slice(0, limit)) {
    if (await deleteVersion(sfn, arn)) deleted += 1;
    else logger.warn({ stateMachineVersionArn: arn }, "an old version is in other hands and stays");
  }
  if (deleted > 0) logger.info({ deleted }, "old versions of state machines were deleted");
  return { deleted };
}

/** The versions of a version's machine, the newest first. */
async function versionsOf(sfn: SFNClient, versionArn: string): Promise<string[]> {
  const stateMachineArn = versionArn.slice(0, versionArn.lastIndexOf(":"));
  const found: string[] = [];
  let token: string | undefined;
  do {
    const asked = { stateMachineArn, maxResults: 1000, nextToken: token };
    const { stateMachineVersions = [], nextToken } = await sfn.send(
      new ListStateMachineVersionsCommand(asked),
    );
    for (const { stateMachineVersionArn: arn } of stateMachineVersions) if (arn) found.push(arn);
    token = nextToken;
  } while (token);
  return found.sort((one, other) => numberOf(other) - numberOf(one));
}

/** Deletes a version; one that is gone already is no error. @returns false where an alias of somebody's names it. */
async function deleteVersion(sfn: SFNClient, stateMachineVersionArn: string): Promise<boolean> {
  try {
    await sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn }));
    return true;
  } catch (error) {
    if (error instanceof ConflictException) return false;
    throw error;
  }
}

/** The number that a version's ARN ends with; NaN for the ARN of a machine. */
function numberOf(versionArn: string): number {
  return Number(versionArn.split(":")[7]);
}
