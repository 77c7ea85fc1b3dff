import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { watchTree } from "../../tooling/watch-tree.mjs";

let folder: string;
let heard: string[];
let end: () => void;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "longhaul-watch-"));
  mkdirSync(path.join(folder, "steps"));
  writeFileSync(path.join(folder, "steps/count.ts"), "0");
  heard = [];
  end = watchTree(folder, (name: string) => void heard.push(name));
});
afterEach(() => {
  end();
  rmSync(folder, { recursive: true });
});

/** Does it, and waits until the file's name is called. */
async function noticed(name: string, change: () => void) {
  heard = [];
  change();
  await vi.waitFor(() => {
    if (!heard.includes(name)) throw new Error(`Nobody called "${name}".`);
  });
}

describe("what pnpm dev watches", () => {
  it("is noticed each time, when another file is put in its place and when it is written over", async () => {
    const file = path.join(folder, "steps/count.ts");
    for (const text of ["1", "2", "3"]) {
      await noticed("count.ts", () => {
        writeFileSync(`${file}.saving`, text);
        renameSync(`${file}.saving`, file);
      });
      await noticed("count.ts", () => writeFileSync(file, `${text}.`));
    }
  });

  it("is noticed in a folder that is new, and in one that was there before and came again", async () => {
    const steps = path.join(folder, "steps");
    for (const _ of ["new", "again"]) {
      const made = path.join(steps, "deep/deeper");
      await noticed("pour.ts", () => {
        mkdirSync(made, { recursive: true });
        writeFileSync(path.join(made, "pour.ts"), "1");
      });
      await noticed("pour.ts", () => writeFileSync(path.join(made, "pour.ts"), "2"));
      await noticed("deep", () => rmSync(path.join(steps, "deep"), { recursive: true }));
    }
  });
});
