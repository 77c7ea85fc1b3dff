import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { expect, it } from "vitest";

const logger = new URL("../../apps/api/dist/logger.js", import.meta.url).href;

it.skipIf(!existsSync("/dev/full"))("does not end the process whose log a full disk takes no more", () => {
  const code = `
    import { createLogger } from ${JSON.stringify(logger)};
    createLogger("info").info("one");
    process.once("beforeExit", () => {
      process.stderr.write("it goes on");
      process.exit(0);
    });`;
  const full = openSync("/dev/full", "w");
  const ended = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", full, "pipe"],
    encoding: "utf8",
    timeout: 20_000,
  });
  closeSync(full);
  expect([ended.status, ended.stderr]).toEqual([0, "it goes on"]);
});
