import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Rooms that read the catalogue of workflows: a link would lead them back to the catalogue of the checkout. */
const readers = ["packages/runs", "packages/functions", "packages/local", "apps/api"];
const others = [
  "packages/kit",
  "packages/db",
  "packages/auth",
  "packages/stepfunctions",
  "packages/connections",
  "node_modules",
];

export interface StagedProduct {
  /** The program of the local cloud. */
  readonly cloud: string;
  /** The program of the API. */
  readonly api: string;
  /** The API's face, to be imported. */
  readonly apiModule: string;
  remove(): void;
}

/**
 * The product as it is built, in a folder of its own, with other workflows in the place of packages/workflows: what a
 * team has that wrote those. For processes that are started, which run the build.
 *
 * @param folder becomes the checkout; made anew
 * @param workflows a folder with the built contracts.js, machines.js and handlers.js, and training-images.js where there
 *   are any
 */
export function stageProduct(folder: string, workflows: string): StagedProduct {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "packages/workflows"), { recursive: true });
  for (const room of readers) {
    // Links between the rooms are relative: copied as they are they stay within the folder.
    cpSync(join(root, room), join(folder, room), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => path !== join(root, room, "src"),
    });
  }
  for (const room of others) link(join(root, room), join(folder, room));
  cpSync(workflows, join(folder, "packages/workflows/dist"), { recursive: true });
  addRules(join(folder, "packages/workflows/dist"));
  link(join(root, "packages/workflows/node_modules"), join(folder, "packages/workflows/node_modules"));
  const images = join(folder, "packages/workflows/dist/training-images.js");
  if (!existsSync(images)) writeFileSync(images, "export const trainingImages = {};\n");
  const exports: Record<string, string> = {};
  for (const face of ["contracts", "machines", "handlers", "training-images"])
    exports[`./${face}`] = `./dist/${face}.js`;
  writeFileSync(
    join(folder, "packages/workflows/package.json"),
    JSON.stringify({ name: "@longhaul/workflows", type: "module", exports }),
  );
  return {
    cloud: join(folder, "packages/local/dist/main.js"),
    api: join(folder, "apps/api/dist/main.js"),
    apiModule: pathToFileURL(join(folder, "apps/api/dist/index.js")).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, "junction");
}

/** The face of the contracts also has rules that the API shares with the steps of our own workflows: these it keeps. */
function addRules(dist: string): void {
  renameSync(join(dist, "contracts.js"), join(dist, "own-contracts.js"));
  const ours = pathToFileURL(join(root, "packages/workflows/dist/contracts.js")).href;
  writeFileSync(
    join(dist, "contracts.js"),
    `export * from ${JSON.stringify(ours)};\nexport { contracts } from "./own-contracts.js";\n`,
  );
}
