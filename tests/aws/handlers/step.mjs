// A step's Lambda, as packages/functions makes it, whose handler behaves as its input says. What has begun is noted in a
// file, by which an invocation that is run again knows that it is.
import { appendFileSync, readFileSync } from "node:fs";
import { connect, stepStore } from "@longhaul/db";
import { stepHandler } from "@longhaul/kit/runtime";
import { defineStep, implement } from "@longhaul/kit/step";
import { z } from "zod";

const step = defineStep({
  name: "ReadFile",
  stage: "read",
  input: z.object({ behaviour: z.enum(["companion", "crash"]), number: z.number(), all: z.number() }),
  output: z.object({ number: z.number(), try: z.number() }),
  timeoutSeconds: 20,
});

const implementation = implement(step, async ({ behaviour, number, all }, ctx) => {
  const begun = () =>
    readFileSync(process.env.BEGUN, "utf8")
      .split("\n")
      .filter((id) => id !== "");
  appendFileSync(process.env.BEGUN, `${ctx.run.id}\n`);
  const again = begun().filter((id) => id === ctx.run.id).length > 1;
  if (behaviour === "crash") {
    while (begun().length < all) await new Promise((resolve) => setTimeout(resolve, 5));
    process.exit(3);
  }
  if (!again) await new Promise(() => setInterval(() => {}, 1_000));
  return { number, try: ctx.try };
});

export const handler = stepHandler(implementation, {
  store: stepStore(connect(process.env.DATABASE_URL, { max: 2, prepare: false })),
  objects: {},
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  simulation: false,
});
