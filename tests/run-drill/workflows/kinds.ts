import { defineMachine, gte } from "@longhaul/kit/machine";
import { contractOf, stepOf } from "./shared.js";

export const steps = {
  First: stepOf("First"),
  Second: stepOf("Second"),
  Third: stepOf("Third"),
  Fourth: stepOf("Fourth"),
  Fifth: stepOf("Fifth"),
  Flaky: stepOf("Flaky"),
  Each: stepOf("Each"),
  LookOut: stepOf("LookOut"),
};
const { First: first, Second: second, Third: third, Fourth: fourth, Fifth: fifth } = steps;

export const contracts = {
  plain: contractOf("plain"),
  posted: contractOf("posted", "queued"),
  flaky: contractOf("flaky"),
  patient: contractOf("patient"),
  mapped: contractOf("mapped"),
  polling: contractOf("polling"),
} as const;

export type KindName = keyof typeof contracts;

export const machines = {
  plain: defineMachine(contracts.plain, (flow) =>
    flow
      .step(first, ({ input }) => ({ effects: input.effects, n: input.n }))
      .step(second, ({ input, first: before }) => ({ effects: input.effects, n: before.n }))
      .step(third, ({ input, second: before }) => ({ effects: input.effects, n: before.n }))
      .step(fourth, ({ input, third: before }) => ({ effects: input.effects, n: before.n }))
      .step(fifth, ({ input, fourth: before }) => ({ effects: input.effects, n: before.n }))
      .succeed("Done", ({ fifth: before }) => ({ n: before.n })),
  ),
  posted: defineMachine(contracts.posted, (flow) =>
    flow
      .step(first, ({ input }) => ({ effects: input.effects, n: input.n }))
      .step(second, ({ input, first: before }) => ({ effects: input.effects, n: before.n }))
      .succeed("Done", ({ second: before }) => ({ n: before.n })),
  ),
  flaky: defineMachine(contracts.flaky, (flow) =>
    flow
      .step(first, ({ input }) => ({ effects: input.effects, n: input.n }))
      .step(steps.Flaky, ({ input, first: before }) => ({ effects: input.effects, n: before.n }))
      .succeed("Done", ({ flaky: before }) => ({ n: before.n })),
  ),
  patient: defineMachine(contracts.patient, (flow) =>
    flow
      .step(first, ({ input }) => ({ effects: input.effects, n: input.n }))
      .wait("Rest", { seconds: 2 })
      .step(second, ({ input, first: before }) => ({ effects: input.effects, n: before.n }))
      .succeed("Done", ({ second: before }) => ({ n: before.n })),
  ),
  mapped: defineMachine(contracts.mapped, (flow) =>
    flow
      .map("Items", {
        items: ({ input }) => input.items,
        maxConcurrency: 3,
        item: (each) =>
          each
            .step(steps.Each, ({ input, item }) => ({ effects: input.effects, n: item }))
            .yield(({ each: done }) => done.n),
      })
      .step(first, ({ input }) => ({ effects: input.effects, n: input.n }))
      .succeed("Done", ({ first: before }) => ({ n: before.n })),
  ),
  polling: defineMachine(contracts.polling, (flow) =>
    flow
      .poll(steps.LookOut, ({ input }) => ({ effects: input.effects, n: input.n }), {
        until: ({ lookOut }) => gte(lookOut.visits, 3),
        interval: 1,
        deadline: 1_500,
      })
      .succeed("Done", ({ lookOut }) => ({ n: lookOut.n })),
  ),
} as const;

/** What a run of each kind adds to its number, and how often each of its steps has its effect. */
export const expected: Record<KindName, { adds: number; effects: Readonly<Record<string, number>> }> = {
  plain: { adds: 5, effects: { First: 1, Second: 1, Third: 1, Fourth: 1, Fifth: 1 } },
  posted: { adds: 2, effects: { First: 1, Second: 1 } },
  flaky: { adds: 2, effects: { First: 1, Flaky: 1 } },
  patient: { adds: 2, effects: { First: 1, Second: 1 } },
  mapped: { adds: 1, effects: { Each: 4, First: 1 } },
  polling: { adds: 1, effects: { LookOut: 3 } },
};
