import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The unprivileged identity under which Postgres runs; null means: under our own. */
export type Identity = { uid: number; gid: number } | null;

const nobody = 65534;

/**
 * Postgres refuses to run as root. As root it runs as the owner of the folder that holds `folder` when that
 * is not root (a checkout of a user, used with sudo), and else as `nobody`.
 */
export function chooseIdentity(folder: string): Identity {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(folder);
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return { uid: nobody, gid: nobody };
}

/** Whether `identity` may walk down to `folder`: every folder on the way has to let it pass. */
export function canReach(identity: Identity, folder: string): boolean {
  if (identity === null) return true;
  for (let path = resolve(folder); ; path = dirname(path)) {
    const { mode, uid, gid } = statSync(path);
    const bit = uid === identity.uid ? 0o100 : gid === identity.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
