import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";

const environment = z
  .object({
    /** The folder of the recorded cases; else one beside the repository. */
    CONFORMANCE_DIR: z.string().optional(),
  })
  .parse(process.env);

/** The repository: where its workspace is declared. This file runs as source and as build, at different depths. */
function repositoryRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, "pnpm-workspace.yaml"))) folder = path.dirname(folder);
  return folder;
}

const root = repositoryRoot();

/** Folder of the cases recorded on AWS; it need not exist. */
export const conformanceDir = path.resolve(root, environment.CONFORMANCE_DIR ?? "../shared/conformance");

const IN_MEMORY = "/dev/shm";

/** Folder for data that is thrown away: in memory where there is a gigabyte of room, as it waits for no disk. */
export function scratchDir(): string {
  if (!existsSync(IN_MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(IN_MEMORY);
  return bavail * bsize >= 2 ** 30 ? IN_MEMORY : tmpdir();
}

/**
 * The environment of the processes that run cases. The AWS SDK says in each what it will require next year.
 */
export function workerEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
}
