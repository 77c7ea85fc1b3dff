import { implement, RetryableError } from "@longhaul/kit/step";
import { machines, steps } from "./kinds.js";
import { effect } from "./shared.js";

const names = Object.keys(steps) as (keyof typeof steps)[];

/** Fails its first try after its effect, so that the effect is asked for a second time. */
const failing: readonly string[] = ["Flaky"];

const implementations = Object.fromEntries(
  names.map((name) => [
    name,
    implement(steps[name], async (order, ctx) => {
      const done = await effect(name, order, ctx);
      if (failing.includes(name) && ctx.try === 1) throw new RetryableError("The first try fails.");
      return done;
    }),
  ]),
);

export const handlers = Object.fromEntries(
  Object.entries(machines).map(([workflow, machine]) => [
    workflow,
    Object.fromEntries(
      machine.steps.map(({ name }) => [name, () => Promise.resolve({ default: implementations[name] })]),
    ),
  ]),
);
