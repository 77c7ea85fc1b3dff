import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../contract.js";
import { defineStep } from "../step/step.js";
import { type Decision, type defineMachine, eq, gt, type Ref } from "./index.js";

const contract = defineContract({
  name: "grow-garden",
  title: "Grow a garden",
  description: "Bed by bed.",
  input: z.object({
    beds: z.array(z.object({ name: z.string(), rows: z.array(z.number()) })),
    maybe: z.array(z.string()).optional(),
  }),
  output: z.object({ plants: z.array(z.object({ id: z.string() })) }),
  stages: { sow: { label: "Sowing", weight: 1 } },
  runName: () => "Garden",
});
const common = { stage: "sow", timeoutSeconds: 10 } as const;
const sow = defineStep({
  ...common,
  name: "SowRow",
  input: z.object({ bed: z.string(), row: z.number() }),
  output: z.object({ id: z.string(), tall: z.number() }),
});
const pull = defineStep({
  ...common,
  name: "PullRow",
  input: z.object({
    input: z.object({ bed: z.string(), row: z.number() }),
    output: z.object({ id: z.string() }),
  }),
  output: z.null(),
});
const unfit = defineStep({
  ...common,
  name: "PullOther",
  input: z.object({ input: z.object({ bed: z.number() }), output: z.unknown() }),
  output: z.null(),
});

type Start = Parameters<Parameters<typeof defineMachine<typeof contract>>[1]>[0];
// The flows below are for the compiler: they are never built.
const never = (_: (flow: Start) => unknown) => contract;

describe("the compiler, of maps,", () => {
  it("knows items, indices and results, through two maps and a distributed one", () => {
    never((flow) =>
      flow
        .map("Beds", {
          items: ({ input }) => input.beds,
          as: "bed",
          mode: "distributed",
          item: (bed) =>
            bed
              .map("Rows", {
                items: ({ bed: own }) => own.rows,
                item: (row) =>
                  row
                    .step(sow, ({ bed: own, item, index, bedIndex }) => {
                      expectTypeOf(item).toEqualTypeOf<Ref<number>>();
                      expectTypeOf(index).toEqualTypeOf<Ref<number>>();
                      expectTypeOf(bedIndex).toEqualTypeOf<Ref<number>>();
                      return { bed: own.name, row: item };
                    })
                    .yield(({ sowRow, index }) => ({ id: sowRow.id, at: index, kind: "row" })),
              })
              .yield(({ rows, bed: own }) => {
                expectTypeOf(rows).toEqualTypeOf<Ref<{ id: string; at: number; kind: "row" }[]>>();
                return { name: own.name, rows };
              }),
        })
        .succeed("Grown", ({ beds }) => {
          // As a schema's list is, so that it can be passed where one is due.
          expectTypeOf(beds).toExtend<Ref<{ name: string }[]>>();
          return { plants: [] };
        }),
    );
  });

  it("refuses a wrong field of an item, what is no list, and an item without a result", () => {
    never((flow) =>
      flow.map("Beds", {
        items: ({ input }) => input.beds,
        // @ts-expect-error: a bed has no "nmae"
        item: (bed) => bed.step(sow, ({ item }) => ({ bed: item.nmae, row: 1 })).yield(() => null),
      }),
    );
    never((flow) =>
      // @ts-expect-error: the list may be missing
      flow.map("Beds", { items: ({ input }) => input.maybe, item: (bed) => bed.yield(() => null) }),
    );
    never((flow) =>
      flow.map("Beds", {
        items: ({ input }) => input.beds,
        // @ts-expect-error: there is no yield
        item: (bed) => bed.step(sow, ({ item }) => ({ bed: item.name, row: 1 })),
      }),
    );
    never((flow) =>
      flow.map("Beds", {
        items: ({ input }) => input.beds,
        // @ts-expect-error: an item cannot end the run
        item: (bed) => bed.succeed("Grown", () => ({ plants: [] })),
      }),
    );
  });

  it("keeps the steps of an item inside it, and results away from where a catch has come", () => {
    never((flow) =>
      flow
        .map("Beds", {
          items: ({ input }) => input.beds,
          item: (bed) => bed.step(sow, ({ item }) => ({ bed: item.name, row: 1 })).yield(() => 1),
        })
        // @ts-expect-error: sowRow is seen by the items only
        .succeed("Grown", ({ sowRow }) => ({ plants: [sowRow] })),
    );
    never((flow) =>
      flow
        .map("Beds", {
          items: ({ input }) => input.beds,
          item: (bed) => bed.yield(({ item }) => ({ id: item.name })),
          catch: (caught) => caught,
        })
        // @ts-expect-error: after a caught failure there is no result
        .succeed("Grown", ({ beds }) => ({ plants: beds })),
    );
  });
});

describe("the compiler, of parallels,", () => {
  it("knows each branch's result by its name, early ones too", () => {
    never((flow) =>
      flow
        .parallel("Both", {
          left: (branch) =>
            branch
              .choice("Many", (c) =>
                c
                  .when(
                    () => eq(1 as never, 1),
                    (few) => few.yield(() => ({ id: null })),
                  )
                  .otherwise((many) => many),
              )
              .step(sow, () => ({ bed: "b", row: 1 }))
              .yield(({ sowRow }) => ({ id: sowRow.id })),
          right: (branch) => branch.yield(() => 7),
        })
        .succeed("Grown", ({ both }) => {
          expectTypeOf(both.left.id).toEqualTypeOf<Ref<string | null>>();
          expectTypeOf(both.right).toEqualTypeOf<Ref<7>>();
          return { plants: [] };
        }),
    );
  });

  it("refuses a branch without a result, and a name that is none of the branches", () => {
    // @ts-expect-error: there is no yield
    never((flow) => flow.parallel("Both", { left: (branch) => branch }));
    never((flow) =>
      flow
        .parallel("Both", { left: (branch) => branch.yield(() => 1) })
        // @ts-expect-error: there is no branch "rihgt"
        .succeed("Grown", ({ both }) => ({ plants: [both.rihgt] })),
    );
  });
});

describe("the compiler, of polls, approvals and compensations,", () => {
  it("shows a poll's conditions the step's output", () => {
    never((flow) =>
      flow
        .poll(sow, () => ({ bed: "b", row: 1 }), {
          until: ({ sowRow }) => gt(sowRow.tall, 3),
          interval: ({ sowRow }) => sowRow.tall,
          deadline: 60,
          onDeadline: (late) => late.succeed("Late", ({ sowRow }) => ({ plants: [{ id: sowRow.id }] })),
        })
        .succeed("Grown", ({ sowRow }) => ({ plants: [{ id: sowRow.id }] })),
    );
    never((flow) =>
      flow.poll(sow, () => ({ bed: "b", row: 1 }), {
        // @ts-expect-error: a text has no size beside a number
        until: ({ sowRow }) => gt(sowRow.id, 3),
        interval: 1,
        deadline: 60,
      }),
    );
    const until = () => eq(1 as never, 1);
    // @ts-expect-error: a poll must end
    never((flow) => flow.poll(sow, () => ({ bed: "b", row: 1 }), { until, interval: 1 }));
  });

  it("types a decision by its form", () => {
    const form = z.object({ plant: z.boolean(), why: z.string().optional() });
    const ask = { title: "Plant it?", form, select: () => ({}), stage: "sow", deadlineSeconds: 60 } as const;
    never((flow) =>
      flow
        .approval("AskGardener", { ...ask, onDeadline: { decide: { plant: false } } })
        .succeed("Grown", ({ askGardener }) => {
          expectTypeOf(askGardener).toEqualTypeOf<
            Ref<Decision<{ plant: boolean; why?: string | undefined }>>
          >();
          return { plants: [] };
        }),
    );
    // @ts-expect-error: the default does not fit the form
    never((flow) => flow.approval("AskGardener", { ...ask, onDeadline: { decide: { plant: "no" } } }));
    // @ts-expect-error: the contract has no stage "reap"
    never((flow) => flow.approval("Ask", { ...ask, stage: "reap", onDeadline: { decide: { plant: true } } }));
    // @ts-expect-error: a person may never come
    never((flow) => flow.approval("Ask", ask));
  });

  it("refuses a compensation that does not take the step's input and output", () => {
    const row = () => ({ bed: "b", row: 1 });
    never((flow) => flow.step(sow, row, { compensate: pull }));
    // @ts-expect-error: its input is another step's
    never((flow) => flow.step(sow, row, { compensate: unfit }));
  });

  it("types the result of a hand-written state by its schema", () => {
    const state = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage" };
    never((flow) =>
      flow
        .raw("Tell", state, { scope: z.object({ MessageId: z.string() }) })
        .succeed("Grown", ({ tell }) => ({ plants: [{ id: tell.MessageId }] })),
    );
    const weighed = { assigns: z.object({ grams: z.number(), label: z.string() }) };
    never((flow) =>
      flow
        .raw("Weigh", { Type: "Pass", Assign: { grams: 7, label: "{% 'x' %}" } }, weighed)
        .succeed("Grown", ({ label }) => ({ plants: [{ id: label }] })),
    );
    never((flow) =>
      flow
        .raw("Weigh", { Type: "Pass", Assign: { grams: 7, label: "x" } }, weighed)
        // @ts-expect-error: it is a number
        .succeed("Grown", ({ grams }) => ({ plants: [{ id: grams }] })),
    );
    never((flow) =>
      flow
        .raw("Weigh", { Type: "Pass", Assign: { grams: 7, label: "x" } }, weighed)
        // @ts-expect-error: a Pass has no result
        .succeed("Grown", ({ weigh }) => ({ plants: [{ id: weigh }] })),
    );
    // @ts-expect-error: without a schema there is no result
    never((flow) => flow.raw("Tell", state).succeed("Grown", ({ tell }) => ({ plants: [tell] })));
  });
});
