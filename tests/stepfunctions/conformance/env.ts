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
