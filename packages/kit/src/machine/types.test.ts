import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../contract.js";
import { defineStep, implement, type StepImplementation } from "../step/step.js";
import { defineMachine, type Ended, eq, type Flow, gt, lt, orElse, type Ref } from "./index.js";

const contract = defineContract({
  name: "ship-parcel",
  title: "Ship a parcel",
  description: "To a door.",
  input: z.object({
    to: z.object({ street: z.string(), floor: z.number().nullable() }),
    note: z.string().optional(),
  }),
  output: z.object({ tracking: z.string() }),
  stages: { pack: { label: "Packing", weight: 1 }, send: { label: "Sending", weight: 1 } },
  runName: (input) => input.to.street,
});
const pack = defineStep({
  name: "PackParcel",
  stage: "pack",
  input: z.object({ street: z.string(), fragile: z.boolean().default(false), note: z.string().optional() }),
  output: z.discriminatedUnion("fits", [
    z.object({ fits: z.literal(true), box: z.object({ kilos: z.number() }), labels: z.array(z.string()) }),
    z.object({ fits: z.literal(false), reason: z.string() }),
  ]),
  timeoutSeconds: 10,
});
const send = defineStep({
  name: "SendParcel",
  stage: "send",
  input: z.object({ kilos: z.number(), labels: z.array(z.string()) }),
  output: z.object({ tracking: z.string() }),
  timeoutSeconds: 10,
});
const elsewhere = defineStep({ ...send, name: "SendElsewhere", stage: "fly" });

type Start = Parameters<Parameters<typeof defineMachine<typeof contract>>[1]>[0];

// The flows below are for the compiler: they are never built.
const never = (_: (flow: Start) => unknown) => {};

describe("the compiler", () => {
  it("knows input and earlier outputs by their names", () => {
    never((flow) =>
      flow
        .step(pack, ({ input, run }) => {
          expectTypeOf(input.to.street).toEqualTypeOf<Ref<string>>();
          expectTypeOf(input.note).toEqualTypeOf<Ref<string | undefined>>();
          expectTypeOf(run.attempt).toEqualTypeOf<Ref<number>>();
          return { street: input.to.street, note: input.note };
        })
        .step(send, ({ packParcel }) => {
          expectTypeOf(packParcel.box.kilos).toEqualTypeOf<Ref<number | undefined>>();
          return { kilos: orElse(packParcel.box.kilos, 1), labels: orElse(packParcel.labels, []) };
        }),
    );
  });

  it("refuses a typo in a path, a missing field and a field that does not fit", () => {
    // @ts-expect-error: no such field
    never((flow) => flow.step(pack, ({ input }) => ({ street: input.to.stret })));
    // @ts-expect-error: street is missing
    never((flow) => flow.step(pack, ({ input }) => ({ note: input.to.street })));
    // @ts-expect-error: a number or null is not a text
    never((flow) => flow.step(pack, ({ input }) => ({ street: input.to.floor })));
    // @ts-expect-error: may be missing where a text is due
    never((flow) => flow.step(pack, ({ input }) => ({ street: input.note })));
    // @ts-expect-error: a constant of the wrong type
    never((flow) => flow.step(pack, () => ({ street: 7 })));
    // @ts-expect-error: a list of the wrong items
    never((flow) => flow.step(send, ({ run }) => ({ kilos: 1, labels: [run.attempt] })));
  });

  it("refuses a step that has not run on every way, and one of an unknown stage", () => {
    // @ts-expect-error: packParcel comes later
    never((flow) => flow.step(send, ({ packParcel }) => packParcel));
    // @ts-expect-error: the contract has no stage "fly"
    never((flow) => flow.step(elsewhere, () => ({ kilos: 1, labels: [] })));
    never((flow) =>
      flow
        .choice("Heavy", (c) =>
          c
            .when(
              ({ input }) => eq(input.note, "heavy"),
              (heavy) => heavy.step(send, () => ({ kilos: 9, labels: [] })),
            )
            .otherwise((light) => light),
        )
        // @ts-expect-error: sendParcel ran on one way only
        .succeed("Sent", ({ sendParcel }) => ({ tracking: sendParcel.tracking })),
    );
    never((flow) =>
      flow
        .step(pack, () => ({ street: "s" }), { catch: (caught) => caught })
        // @ts-expect-error: after a caught failure there is no output
        .step(send, ({ packParcel }) => ({ kilos: orElse(packParcel.box.kilos, 1), labels: [] })),
    );
  });

  it("keeps what all open ways of a choice have", () => {
    never((flow) =>
      flow
        .choice("Heavy", (c) =>
          c
            .when(
              ({ input }) => eq(input.note, "heavy"),
              (heavy) => heavy.step(send, () => ({ kilos: 9, labels: [] })),
            )
            .otherwise((light) => light.fail("TooLight", { code: "TOO_LIGHT", message: "Too light." })),
        )
        .succeed("Sent", ({ sendParcel }) => sendParcel),
    );
  });

  it("ends a choice all of whose branches end", () => {
    never((flow) => {
      const ended = flow.choice("Ask", (c) =>
        c
          .when(
            ({ input }) => eq(input.note, "x"),
            (f) => f.succeed("Sent", () => ({ tracking: "t" })),
          )
          .otherwise((f) => f.fail("NotSent", { code: "NO", message: "No." })),
      );
      expectTypeOf(ended).toEqualTypeOf<Ended>();
    });
  });

  it("refuses an output that is not the contract's, and a machine that does not end", () => {
    // @ts-expect-error: tracking is a text
    never((flow) => flow.succeed("Sent", ({ run }) => ({ tracking: run.attempt })));
    // @ts-expect-error: the flow is still open
    expectTypeOf(defineMachine<typeof contract>).toBeCallableWith(contract, (flow: Start) =>
      flow.step(pack, () => ({ street: "s" })),
    );
    expectTypeOf<Flow<unknown, { output: unknown; stage: string }>>().not.toExtend<Ended>();
  });

  it("refuses comparisons that cannot be", () => {
    const comparing = (_: (street: Ref<string>, floor: Ref<number | null>) => unknown) => {};
    // @ts-expect-error: a text equals no number
    comparing((street) => eq(street, 7));
    // @ts-expect-error: floor may be null, which has no size
    comparing((_, floor) => gt(floor, 7));
    // @ts-expect-error: a text and a number have no order
    comparing((street) => lt(street, 7));
    comparing((street, floor) => [eq(street, "s"), eq(floor, null), gt(orElse(floor, 0), 7)]);
  });

  it("types handlers by their declaration", () => {
    const handler = implement(pack, async (input, ctx) => {
      expectTypeOf(input).toEqualTypeOf<{ street: string; fragile: boolean; note?: string | undefined }>();
      expectTypeOf(ctx.signal).toEqualTypeOf<AbortSignal>();
      if (input.fragile) return { fits: false, reason: "too big" };
      const labels = ["a"];
      const list: { fits: true; box: { kilos: number }; labels: string[] } = {
        fits: true,
        box: { kilos: 1 },
        labels,
      };
      return Math.random() > 2 ? list : { fits: true, box: { kilos: 1 }, labels: ["a", "b"] };
    });
    expectTypeOf(handler).toExtend<StepImplementation>();
    // @ts-expect-error: reason is missing
    implement(pack, async () => ({ fits: false }));
  });
});
