import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { epochsIn } from "../training/metrics.js";
import { runContainer } from "./container.js";

const text = Array.from(
  { length: 400 },
  (_, at) => `The ${["oak", "elm", "ash"][at % 3]} stands by gate ${at % 7}.`,
);

describe("a training job that was killed", () => {
  let root: string;
  let metrics: string;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), "longhaul-container-"));
    metrics = path.join(root, "checkpoints/metrics.jsonl");
    for (const folder of ["input/config", "input/data/training"])
      await mkdir(path.join(root, folder), { recursive: true });
    const data = path.join(root, "input/data/training");
    await writeFile(path.join(data, "trees.txt"), text.join(" "));
    const documents = [{ file: "trees.txt", name: "Trees" }];
    await writeFile(path.join(data, "documents.json"), JSON.stringify({ documents }));
  });
  beforeEach(async () => {
    await rm(path.join(root, "checkpoints"), { recursive: true, force: true });
    await run(2);
  });
  afterAll(() => rm(root, { recursive: true }));

  async function run(epochs: number): Promise<void> {
    await writeFile(
      path.join(root, "input/config/hyperparameters.json"),
      JSON.stringify({ epochs: `${epochs}` }),
    );
    const said: string[] = [];
    expect(await runContainer(root, (line) => void said.push(line)), said.join("\n")).toBe(0);
  }
  const told = async () => epochsIn(await readFile(metrics)).map(({ epoch }) => epoch);

  it("between an epoch's state and its line tells of it when it goes on", async () => {
    const [first = ""] = (await readFile(metrics, "utf8")).split("\n");
    await writeFile(metrics, `${first}\n`);
    await run(3);
    expect(await told()).toEqual([1, 2, 3]);
  });

  it("in the middle of a line does the same, and spoils no other line", async () => {
    await writeFile(metrics, (await readFile(metrics, "utf8")).slice(0, -20));
    await run(3);
    expect(await told()).toEqual([1, 2, 3]);
  });

  it("before anybody was told tells of all", async () => {
    await rm(metrics);
    await run(3);
    expect(await told()).toEqual([1, 2, 3]);
  });

  it("tells of nothing twice", async () => {
    await run(3);
    expect((await readFile(metrics, "utf8")).trim().split("\n")).toHaveLength(3);
  });
});
