import { defineContract } from "@longhaul/kit";
import { defineStep, RetryableError, type StepContext } from "@longhaul/kit/step";
import { z } from "zod";

/** Where the third party answers, whose effects the drill counts. */
const effects = z.string().max(100);
const input = z.object({ effects, n: z.int(), items: z.array(z.int()).max(6) });
const output = z.object({ n: z.int() });

/** Contracts of the drill differ by their names only: what is drilled is the way of their runs. */
export const contractOf = <const Name extends string>(name: Name, lane: "direct" | "queued" = "direct") =>
  defineContract({
    name,
    title: `Drill ${name}`,
    description: "Has effects on a third party, and says how many.",
    input,
    output,
    stages: { work: { label: "Working", weight: 1 } },
    lane,
    runName: ({ n }) => `Drill ${n}`,
  });

/** A step with one effect. It is tried often: a drill kills the same one more than once. */
export const stepOf = <const Name extends string>(name: Name) =>
  defineStep({
    name,
    stage: "work",
    input: z.object({ effects, n: z.int() }),
    output: z.object({ n: z.int(), visits: z.int() }),
    timeoutSeconds: 30,
    retry: { maxAttempts: 30, intervalSeconds: 1, backoffRate: 1, maxDelaySeconds: 2 },
  });

interface Order {
  readonly effects: string;
  readonly n: number;
}

/** Has one effect at the third party, which takes each idempotency key once. Answers one more than it was given. */
export async function effect(
  step: string,
  order: Order,
  ctx: StepContext,
): Promise<{ n: number; visits: number }> {
  const answer = await fetch(order.effects, {
    method: "POST",
    headers: { "idempotency-key": ctx.idempotencyKey },
    body: JSON.stringify({ run: ctx.run.id, step, n: order.n }),
    signal: ctx.signal,
  });
  if (!answer.ok) throw new RetryableError(`The third party answers ${answer.status}.`);
  const { visits } = (await answer.json()) as { visits: number };
  return { n: order.n + 1, visits };
}
