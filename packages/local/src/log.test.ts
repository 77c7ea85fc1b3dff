import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
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
