import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stageProduct, type StagedProduct } from "@longhaul/local/testing/product";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { drill } from "./drill.js";
import type { Entry } from "./follower.js";
import type { Effect } from "./third-party.js";
import { faultsOf, type Stored } from "./verify.js";

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

const types = ["run.queued", "run.started", "step.started", "step.succeeded", "run.succeeded"];
const events = types.map((type, index) => ({ seq: index + 1, type }));
const stored: Stored = {
  ...{ id: "r", idempotency_key: "k", status: "succeeded", attempt: 1, output: { n: 9 }, events },
};
const entry: Entry = { n: 7, kind: "posted", key: "k", runId: "r", heard: events, complete: true };
const effectOf = (step: string, run = "r"): Effect => ({ run, step, n: 7, asked: 2, visit: 1 });
const had = [effectOf("First"), effectOf("Second"), effectOf("First", "another")];
const judge = (of: { stored?: Partial<Stored>; entry?: Partial<Entry>; effects?: Effect[] }): string[] =>
  faultsOf(
    { ...entry, ...of.entry },
    { ...stored, ...of.stored },
    {
      effects: new Map((of.effects ?? had).map((effect, index) => [String(index), effect])),
    },
  );

test("the drill finds nothing wrong where all is well", () => expect(judge({})).toEqual([]));

test.each<[string, Parameters<typeof judge>[0]]>([
  ["a run that failed", { stored: { status: "failed" } }],
  ["a run that was started twice", { entry: { runId: "other" } }],
  ["a second attempt", { stored: { attempt: 2 } }],
  ["a wrong output", { stored: { output: { n: 8 } } }],
  ["a gap in the log", { stored: { events: events.filter(({ seq }) => seq !== 3) } }],
  ["two ends", { stored: { events: [...events, { seq: 6, type: "run.succeeded" }] } }],
  ["an event after the end", { stored: { events: [...events, { seq: 6, type: "step.started" }] } }],
  ["an event that was not heard", { entry: { heard: events.filter(({ seq }) => seq !== 4) } }],
  ["an event that was heard twice", { entry: { heard: [...events, ...events.slice(-1)] } }],
  ["events out of order", { entry: { heard: events.toReversed() } }],
  ["a subscription that does not end", { entry: { complete: false } }],
  ["an effect that happened twice", { effects: [...had, effectOf("Second")] }],
  ["an effect that did not happen", { effects: had.slice(1) }],
])("the drill finds %s", (_, broken) => expect(judge(broken)).not.toEqual([]));
