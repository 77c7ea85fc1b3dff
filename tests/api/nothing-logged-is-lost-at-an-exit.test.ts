import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const lines = 2_000;
const script = `
  import { createLogger } from "@longhaul/api";
  const log = createLogger("info");
  for (let line = 1; line <= ${lines}; line += 1) log.info({ line }, "a line");
  process.exit(0);
`;

test("a process that goes as soon as it has logged leaves every line behind, each whole and in order", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
  const written = stdout
    .trimEnd()
    .split("\n")
    .map((text) => (JSON.parse(text) as { line: number }).line);
  expect(written).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
});
