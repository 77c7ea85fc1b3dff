import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { authorizer, functions } from "@longhaul/functions/manifest";
import { build, type Plugin } from "esbuild";
import { carry, external } from "./carried.js";

const here = path.dirname(fileURLToPath(import.meta.url));

/** The module of a function within the bundle, from its entry: ".../dist/step.js" is "step". */
export function moduleOf(entry: URL): string {
  return path.basename(entry.pathname, ".js");
}

/** Each entry's module: first the secrets, then the function itself, which reads them from its environment. */
function entriesPlugin(entries: ReadonlyMap<string, string>): Plugin {
  return {
    name: "longhaul-entries",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^entry:/ }, ({ path: name }) => ({
        path: name.slice("entry:".length),
        namespace: "entry",
      }));
      onLoad({ filter: /.*/, namespace: "entry" }, ({ path: name }) => ({
        resolveDir: here,
        contents: [
          `import "./lambda/load-secrets.js";`,
          `export const { handler } = await import(${JSON.stringify(entries.get(name))});`,
        ].join("\n"),
      }));
    },
  };
}

/**
 * Bundles the entries of all functions into one folder of ES modules. Functions share it, and the code
 * that entries and handlers have in common is there once; an instance loads only the chunks it needs.
 *
 * @param outdir an empty folder
 * @throws when an entry has not been built, or imports what cannot be found.
 */
export async function bundle(outdir: string): Promise<void> {
  const entries = new Map(
    [...functions, authorizer].map(({ entry }) => [moduleOf(entry), fileURLToPath(entry)]),
  );
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [...entries.keys()].map((name) => ({ in: `entry:${name}`, out: name })),
    plugins: [entriesPlugin(entries)],
    // Source maps name sources from here: not from outdir, so that the same code has the same hash anywhere.
    outdir: path.join(here, "bundle"),
    write: false,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    external,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    // The machine matches errors by their names.
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: "error",
    // CommonJS packages in the bundle call require for Node's own modules.
    banner: {
      js: 'import { createRequire as longhaulRequire } from "node:module"; const require = longhaulRequire(import.meta.url);',
    },
  });
  for (const { path: file, contents } of outputFiles) {
    await writeFile(path.join(outdir, path.basename(file)), contents);
  }
  await carry(outdir);
}
