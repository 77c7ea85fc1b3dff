import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stageProduct, type StagedProduct } from "@longhaul/local/testing/product";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { drill } from "./drill.js";

// Whole stacks start again and again, and runs wait for the reconciler.
vi.setConfig({ testTimeout: 240_000 });

let product: StagedProduct;
beforeAll(() => {
  const workflows = fileURLToPath(new URL("../dist/run-drill/run-drill/workflows", import.meta.url));
  product = stageProduct(mkdtempSync(join(tmpdir(), "run-drill-")), workflows);
});
afterAll(() => product.remove());

// The long form: pnpm --filter @longhaul/tests run run-drill
test("killed 3 times under 30 runs, the product ends each once and tells all of it", async () => {
  const seed = Date.now() % 1_000_000;
  // A message whose consumer was killed comes again after 90 s: runs of the queued lane are for the long form.
  const kinds = ["plain", "flaky", "patient", "mapped", "polling"] as const;
  const { faults, ended } = await drill({ seed, runs: 30, kills: 3, kinds, product, patience: 180_000 });
  expect({ seed, faults, ended }).toEqual({ seed, faults: [], ended: 30 });
});
