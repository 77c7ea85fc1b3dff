import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openEngine } from "./engine.js";
import { CommandError } from "./errors.js";

test("a file in the place of the data folder is named, not only the system's complaint about it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stepfunctions-"));
  const dataDir = join(folder, "file");
  writeFileSync(dataDir, "");
  try {
    const lambda = () => Promise.reject(new Error("nothing runs here"));
    const opened = openEngine({ region: "us-east-1", accountId: "000000000000", dataDir, lambda });
    await expect(opened).rejects.toThrow(CommandError);
    await expect(opened).rejects.toThrow(`The data folder ${dataDir} cannot be used: EEXIST`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
