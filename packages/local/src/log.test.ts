import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fileLogger } from "./log.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longhaul-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.skipIf(process.platform === "win32")("keeps its folder from other users, and no folder above it", () => {
  const above = statSync(folder).mode;
  fileLogger(join(folder, "logs", "cloud.log")).info("started");
  expect(statSync(join(folder, "logs")).mode & 0o777).toBe(0o700);
  expect(statSync(folder).mode).toBe(above);
  expect(readFileSync(join(folder, "logs", "cloud.log"), "utf8")).toContain('"message":"started"');
});

it("says once that its file cannot be written, and each line that is not in it", () => {
  const file = join(folder, "cloud.log");
  const said: string[] = [];
  const logger = fileLogger(file, (line) => said.push(line));
  mkdirSync(file);
  logger.info("one");
  logger.info("two");
  expect(said).toEqual([
    expect.stringMatching(/cloud\.log cannot be written \(.*\): is the disk full\?$/),
    expect.stringContaining('"message":"one"'),
    expect.stringContaining('"message":"two"'),
  ]);
  rmdirSync(file);
  logger.info("three");
  expect(said).toHaveLength(3);
  expect(readFileSync(file, "utf8")).toContain('"message":"three"');
});
