import { RetryableError, type StepContext } from "@longhaul/kit/step";
import type { Simulation } from "./contract.js";

type StepName = NonNullable<Simulation["failStep"]>["step"];

/**
 * Fails this try where the simulation asks for it. Does nothing without the capability SIMULATION.
 *
 * @throws RetryableError SIMULATED_FAILURE
 */
export function simulateFailure(
  step: StepName,
  simulation: Simulation | undefined,
  ctx: Pick<StepContext, "simulation" | "attempt" | "try">,
): void {
  const asked = ctx.simulation ? simulation?.failStep : undefined;
  if (asked?.step !== step) return;
  if ((asked.onAttempt ?? ctx.attempt) !== ctx.attempt || (asked.onTry ?? ctx.try) !== ctx.try) return;
  throw new RetryableError(`Simulated failure of ${step}, try ${ctx.try} of attempt ${ctx.attempt}.`, {
    code: "SIMULATED_FAILURE",
  });
}
