import { expect, it } from "vitest";
import { dependenciesOf, manifestOf, read, trackedFiles } from "./repository.js";

const manifests = trackedFiles()
  .filter((file) => /(^|\/)package\.json$/.test(file))
  .map((file) => file.replace(/\/?package\.json$/, "") || ".");

/** The names under `catalog:` in pnpm-workspace.yaml: two spaces, a name, a colon, a version. */
function catalog(): Map<string, string> {
  const block = /^catalog:\n((?: {2}.*\n?|\n)+)/m.exec(read("pnpm-workspace.yaml"))?.[1] ?? "";
  return new Map(
    [...block.matchAll(/^ {2}"?([^":]+)"?: *"?([^"\s]+)"?$/gm)].map(
      (match) => [match[1]!, match[2]!] as const,
    ),
  );
}

it.each(manifests)("%s names no version of its own", (folder) => {
  const own = Object.entries(dependenciesOf(manifestOf(folder))).filter(
    ([name, version]) => version !== (name.startsWith("@longhaul/") ? "workspace:*" : "catalog:"),
  );
  expect(own).toEqual([]);
});

it("has every version of the catalog in use, and every one in use in the catalog", () => {
  const used = new Set(manifests.flatMap((folder) => Object.keys(dependenciesOf(manifestOf(folder)))));
  const external = [...used].filter((name) => !name.startsWith("@longhaul/"));
  expect([...catalog().keys()].toSorted()).toEqual(external.toSorted());
});

it("keeps the tRPC family on one version, which its React package demands", () => {
  const versions = [...catalog()].filter(([name]) => name.startsWith("@trpc/")).map(([, version]) => version);
  expect(versions.length).toBeGreaterThan(1);
  expect(new Set(versions).size).toBe(1);
});
