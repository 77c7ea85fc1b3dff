import { defineMachine } from "@longhaul/kit/machine";
import { five } from "./contract.js";
import { fifth, first, fourth, second, third } from "./steps.js";

export const fiveMachine = defineMachine(five, (flow) =>
  flow
    .step(first, ({ input }) => ({ n: input.n }))
    .step(second, ({ first: before }) => ({ n: before.n }))
    .step(third, ({ second: before }) => ({ n: before.n }))
    .step(fourth, ({ third: before }) => ({ n: before.n }))
    .step(fifth, ({ fourth: before }) => ({ n: before.n }))
    .succeed("Added", ({ fifth: before }) => ({ n: before.n })),
);
