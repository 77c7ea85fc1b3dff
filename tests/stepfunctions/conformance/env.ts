import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const environment = z.object({ CONFORMANCE_DIR: z.string().optional() }).parse(process.env);

/** The repository: where its workspace is declared. This file runs as source and as build, at different depths. */
function repositoryRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, "pnpm-workspace.yaml"))) folder = path.dirname(folder);
  return folder;
}

export const root = repositoryRoot();

/** Folder of the cases recorded on AWS; it need not exist. */
export const conformanceDir = path.resolve(root, environment.CONFORMANCE_DIR ?? "../shared/conformance");

/**
 * The environment of the processes that run cases. The AWS SDK says in each what it will require next year.
 * @param temporary where they put their data folders
 */
export function workerEnvironment(temporary: string): NodeJS.ProcessEnv {
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  return { ...process.env, ...quiet, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
}
