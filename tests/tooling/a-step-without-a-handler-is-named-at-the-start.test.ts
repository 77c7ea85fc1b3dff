import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stageProduct } from "@longhaul/local/testing/product";
import { expect, it } from "vitest";
import { root } from "./repository.js";

const anyPort = Object.fromEntries(
  ["AWS", "ADS", "SUPABASE", "DATABASE"].map((service) => [`LONGHAUL_${service}_PORT`, "0"]),
);
const workflows = fileURLToPath(new URL("../cloud/newer-workflows", import.meta.url));

it("the cloud does not begin with one, and says where it belongs", () => {
  const folder = mkdtempSync(join(tmpdir(), "longhaul-unhandled-"));
  const product = stageProduct(folder, workflows);
  writeFileSync(
    join(folder, "packages/workflows/dist/handlers.js"),
    "export const handlers = { trip: { BookSeats() {} } };\n",
  );
  const { status, stderr } = spawnSync(process.execPath, [product.cloud], {
    env: { LONGHAUL_DATA_DIR: join(folder, "data"), ...anyPort },
    // One that begins all the same would never end.
    timeout: 30_000,
    encoding: "utf8",
  });
  product.remove();
  expect(stderr).toContain(
    'The step "BookSeat" of "trip" has no handler: name it in packages/workflows/src/handlers.ts, which has "BookSeats" there.',
  );
  expect(status).toBe(1);
});

it("'workflow check' finds every one of the product's", () => {
  const { stdout, status } = spawnSync(process.execPath, ["tooling/workflow.mjs", "check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(stdout).toMatch(
    /^\d+ workflows with \d+ steps: their machines build, and each step has its handler\.$/m,
  );
  expect(status).toBe(0);
});
