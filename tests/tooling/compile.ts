import path from "node:path";
import ts from "typescript";
import { root } from "./repository.js";

const folder = path.join(root, "packages/workflows");

let before: ts.Program | undefined;

/**
 * What the compiler says of files that exist only here, as if they stood in packages/workflows.
 *
 * @param files text by absolute path; they take the place of files that are there
 */
export function compile(files: ReadonlyMap<string, string>): string[] {
  const config = ts.readConfigFile(path.join(folder, "tsconfig.json"), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, folder);
  // The kit is read from its sources, so that the test does not depend on a build.
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { readFile, fileExists, directoryExists } = host;
  host.readFile = (file) => files.get(path.normalize(file)) ?? readFile(file);
  host.fileExists = (file) => files.has(path.normalize(file)) || fileExists(file);
  host.directoryExists = (directory) =>
    [...files.keys()].some((file) => file.startsWith(`${path.normalize(directory)}${path.sep}`)) ||
    (directoryExists?.(directory) ?? true);
  before = ts.createProgram({
    // Everything that has not changed since the last time is not parsed again.
    ...(before && { oldProgram: before }),
    rootNames: [...files.keys()],
    options: {
      ...options,
      composite: false,
      incremental: false,
      noEmit: true,
      rootDir: root,
      tsBuildInfoFile: undefined,
      customConditions: ["@longhaul/source"],
    },
    host,
  });
  return ts
    .getPreEmitDiagnostics(before)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
}
