import { expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../contract.js";
import { defineStep } from "../step/step.js";
import { defineMachine, eq, type Machine } from "./index.js";

const contract = defineContract({
  name: "weigh-fruit",
  title: "Weigh fruit",
  description: "By the piece.",
  input: z.object({ fruit: z.array(z.string().max(20)).max(5), kind: z.string().max(20) }),
  output: z.object({ weight: z.unknown() }),
  stages: { weigh: { label: "Weighing", weight: 1 } },
  runName: () => "Fruit",
});
const common = { stage: "weigh", timeoutSeconds: 10, input: z.object({ of: z.unknown() }) } as const;
const scale = defineStep({
  ...common,
  name: "PutOnScale",
  output: z.object({ grams: z.number(), ripe: z.boolean() }),
  retryAfter: { maxSeconds: 60 },
});
const knock = defineStep({ ...common, name: "KnockOnIt", output: z.object({ hollow: z.boolean() }) });

const rotten = { code: "ROTTEN", message: "This is no fruit any more." };
/** Whether the error that a machine is ended with by itself is marked, wherever it is written. */
function isMarked(machine: Machine): boolean {
  const written = machine.template.replaceAll('\\"', '"');
  expect(written).toContain(rotten.code);
  return written.includes(`"message": "${rotten.message}", "fatal": true }`);
}

const weighed = () => ({ weight: null });
const form = z.object({ good: z.boolean() });
const asked = { title: "Good?", form, select: () => ({}), stage: "weigh", deadlineSeconds: 60 } as const;

it.each<[string, Machine]>([
  [
    "the input and a step's checkpoint, whatever way a third party's wait took",
    defineMachine(contract, (flow) =>
      flow
        .step(scale, ({ input }) => ({ of: input.kind }))
        .wait("LetItRest", { seconds: 5 })
        .choice("IsRipe", (ripe) =>
          ripe
            .when(
              ({ putOnScale }) => eq(putOnScale.ripe, true),
              (yes) => yes,
            )
            .otherwise((no) => no.fail("Rotten", rotten)),
        )
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "a deadline that is reckoned from checkpoints",
    defineMachine(contract, (flow) =>
      flow
        .poll(scale, () => ({ of: 1 }), {
          until: ({ putOnScale }) => eq(putOnScale.ripe, true),
          interval: 60,
          deadline: 600,
          onDeadline: (late) => late.fail("Rotten", rotten),
        })
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "a person's decision",
    defineMachine(contract, (flow) =>
      flow
        .step(scale, () => ({ of: 1 }))
        .approval("AskCook", { ...asked, onDeadline: { decide: { good: true } } })
        .choice("IsGood", (good) =>
          good
            .when(
              ({ askCook }) => eq(askCook.decision.good, true),
              (yes) => yes,
            )
            .otherwise((no) => no.fail("Rotten", rotten)),
        )
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "what stands in an item, in a state that another way leads to as well",
    defineMachine(contract, (flow) =>
      flow
        .map("Pieces", {
          items: ({ input }) => input.fruit,
          item: (each) =>
            each
              .step(scale, ({ item }) => ({ of: item }), {
                catch: (caught, error) => caught.fail("Rotten", error),
              })
              .choice("IsRipe", (ripe) =>
                ripe
                  .when(
                    ({ putOnScale }) => eq(putOnScale.ripe, true),
                    (yes) => yes,
                  )
                  .otherwise((no) => no.fail("Rotten", rotten)),
              )
              .yield(({ putOnScale }) => putOnScale.grams),
        })
        .succeed("Weighed", weighed),
    ),
  ],
])("what a machine decides by %s comes again", (_, machine) => {
  expect(isMarked(machine)).toBe(true);
});

it.each<[string, Machine]>([
  [
    "a failure was caught",
    defineMachine(contract, (flow) =>
      flow
        .step(scale, () => ({ of: 1 }), { catch: (caught) => caught.fail("Rotten", rotten) })
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "a failure was tolerated before, steps in between",
    defineMachine(contract, (flow) =>
      flow
        .step(scale, () => ({ of: 1 }), { catch: (caught) => caught })
        .step(knock, () => ({ of: 1 }))
        .choice("IsHollow", (hollow) =>
          hollow
            .when(
              ({ knockOnIt }) => eq(knockOnIt.hollow, true),
              (yes) => yes,
            )
            .otherwise((no) => no.fail("Rotten", rotten)),
        )
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "a branch gives what it made of a failure",
    defineMachine(contract, (flow) =>
      flow
        .parallel("Hands", {
          left: (branch) =>
            branch
              .step(scale, () => ({ of: 1 }), { catch: (caught) => caught.yield(() => 0) })
              .yield(({ putOnScale }) => putOnScale.grams),
        })
        .choice("IsHeavy", (heavy) =>
          heavy
            .when(
              ({ hands }) => eq(hands.left, 0),
              (light) => light.fail("Rotten", rotten),
            )
            .otherwise((fine) => fine),
        )
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "items were allowed to fail",
    defineMachine(contract, (flow) =>
      flow
        .map("Pieces", {
          items: ({ input }) => input.fruit,
          mode: "distributed",
          toleratedFailurePercentage: 50,
          item: (each) =>
            each.step(scale, ({ item }) => ({ of: item })).yield(({ putOnScale }) => putOnScale.grams),
        })
        .choice("IsEnough", (enough) =>
          enough
            .when(
              ({ input }) => eq(input.kind, "apple"),
              (yes) => yes,
            )
            .otherwise((no) => no.fail("Rotten", rotten)),
        )
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "a state was written by hand",
    defineMachine(contract, (flow) =>
      flow
        .step(scale, () => ({ of: 1 }))
        .raw("Look", { Type: "Pass", Output: {} })
        .choice("IsApple", (apple) =>
          apple
            .when(
              ({ input }) => eq(input.kind, "apple"),
              (yes) => yes,
            )
            .otherwise((no) => no.fail("Rotten", rotten)),
        )
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "nobody has decided",
    defineMachine(contract, (flow) =>
      flow
        .step(scale, () => ({ of: 1 }))
        .approval("AskCook", { ...asked, onDeadline: (late) => late.fail("Rotten", rotten) })
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "attempts are counted",
    defineMachine(contract, (flow) =>
      flow
        .step(scale, () => ({ of: 1 }))
        .choice("IsFirst", (first) =>
          first
            .when(
              ({ run }) => eq(run.attempt, 1),
              (yes) => yes.fail("Rotten", rotten),
            )
            .otherwise((no) => no),
        )
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "items are made of the attempt's number",
    defineMachine(contract, (flow) =>
      flow
        .map("Pieces", {
          items: ({ run }) => [run.attempt],
          item: (each) =>
            each
              .choice("IsFirst", (first) =>
                first
                  .when(
                    ({ item }) => eq(item, 1),
                    (yes) => yes.fail("Rotten", rotten),
                  )
                  .otherwise((no) => no),
              )
              .step(scale, () => ({ of: 1 }))
              .yield(({ putOnScale }) => putOnScale.grams),
        })
        .succeed("Weighed", weighed),
    ),
  ],
  [
    "a deadline is made of the attempt's number",
    defineMachine(contract, (flow) =>
      flow
        .poll(scale, () => ({ of: 1 }), {
          until: ({ putOnScale }) => eq(putOnScale.ripe, true),
          interval: 60,
          deadline: ({ run }) => run.attempt,
          onDeadline: (late) => late.fail("Rotten", rotten),
        })
        .succeed("Weighed", weighed),
    ),
  ],
])("nothing is said of it where %s", (_, machine) => {
  expect(isMarked(machine)).toBe(false);
});
