import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "./repository.js";

const compiler = path.join(root, "node_modules/typescript-7/bin/tsc");

/**
 * What the compiler says of files that exist only here, as if they stood in packages/workflows or apps/web:
 * "file: message" each.
 *
 * @param files text by absolute path
 * @param conditions by which other packages are found: from their sources, so that a test does not depend on a build
 */
export function compile(
  files: ReadonlyMap<string, string>,
  conditions: readonly string[] = ["@longhaul/source"],
): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "longhaul-compile-"));
  try {
    for (const [file, text] of files) {
      const copy = path.join(folder, path.relative(root, file));
      mkdirSync(path.dirname(copy), { recursive: true });
      writeFileSync(copy, text);
    }
    for (const part of [
      "node_modules",
      "packages/workflows/node_modules",
      "packages/workflows/package.json",
      "apps/web/node_modules",
      "apps/web/package.json",
    ]) {
      mkdirSync(path.join(folder, path.dirname(part)), { recursive: true });
      symlinkSync(path.join(root, part), path.join(folder, part));
    }
    const config = {
      extends: path.join(root, "tsconfig.base.json"),
      compilerOptions: {
        composite: false,
        noEmit: true,
        // Their neighbours are found where they stand.
        rootDirs: [folder, root],
        customConditions: conditions,
        jsx: "react-jsx",
        lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      },
      include: ["packages", "apps"],
    };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
    const args = [compiler, "-p", folder, "--pretty", "false", "--checkers", "1"];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    if (stderr !== "" || (stdout === "") !== (status === 0))
      throw new Error(`The compiler failed: ${stderr}`);
    // What goes on in indented lines belongs to the line before.
    const said = stdout.split(/\n(?! )/).filter((line) => line !== "");
    return said.map((line) => line.replace(/\(\d+,\d+\): error TS\d+: /, ": "));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
