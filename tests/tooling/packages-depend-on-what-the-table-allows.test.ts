import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { rooms } from "../../tooling/boundaries.js";
import { dependenciesOf, type Manifest, manifestOf, read, root } from "./repository.js";

const ours = (dependencies: Record<string, string> | undefined) =>
  Object.keys(dependencies ?? {}).filter((name) => name.startsWith("@longhaul/"));

function referencesOf(folder: string): string[] {
  const config = JSON.parse(read(`${folder}/tsconfig.json`)) as { references?: { path: string }[] };
  return (config.references ?? []).map((reference) => path.posix.join(folder, reference.path));
}

describe("the table of rooms", () => {
  it("has every package of the workspace and no other", () => {
    const folders = ["packages", "apps"].flatMap((parent) =>
      readdirSync(path.join(root, parent)).map((name) => `${parent}/${name}`),
    );
    const packages = [...folders, "infra", "tests", "bench"].filter((folder) =>
      existsSync(path.join(root, folder, "package.json")),
    );
    expect(rooms.map((room) => room.folder).toSorted()).toEqual(packages.toSorted());
    for (const room of rooms) expect(manifestOf(room.folder).name).toBe(room.name);
  });

  it("has no cycles", () => {
    const visit = (name: string, path: string[]): void => {
      expect(path).not.toContain(name);
      const room = rooms.find((candidate) => candidate.name === name);
      if (!room || room.imports === "all") return;
      for (const next of Object.keys(room.imports)) visit(next, [...path, name]);
    };
    for (const room of rooms) visit(room.name, []);
  });
});

describe.each(rooms)("$name", (room) => {
  const manifest: Manifest = manifestOf(room.folder);
  const { imports } = room;

  it("depends only on packages that it may import", () => {
    if (imports === "all") return expect(ours(manifest.dependencies)).toEqual([]);
    for (const name of ours(dependenciesOf(manifest))) expect(Object.keys(imports)).toContain(name);
  });

  it("refers TypeScript to the packages that it depends on", () => {
    const needed = ours(dependenciesOf(manifest)).map(
      (name) => rooms.find((candidate) => candidate.name === name)?.folder,
    );
    expect(referencesOf(room.folder)).toEqual(expect.arrayContaining(needed));
  });
});

it.each(rooms.filter((room) => room.libraries !== undefined))(
  "$name ships only the libraries that it may import",
  ({ folder, libraries }) => {
    const shipped = Object.keys(manifestOf(folder).dependencies ?? {});
    expect(libraries).toEqual(
      expect.arrayContaining(shipped.filter((name) => !name.startsWith("@longhaul/"))),
    );
  },
);
