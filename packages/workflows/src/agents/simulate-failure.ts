import { RetryableError, type StepContext } from "@longhaul/kit/step";
import type { Rehearsal } from "./contract.js";

/**
 * Fails this try of a turn where the rehearsal asks for it. Does nothing without the capability SIMULATION.
 *
 * @throws RetryableError SIMULATED_FAILURE
 */
export function simulateFailure(
  turn: number,
  rehearsal: Rehearsal | undefined,
  ctx: Pick<StepContext, "simulation" | "attempt" | "try">,
): void {
  const asked = ctx.simulation ? rehearsal?.failTurn : undefined;
  if (asked?.turn !== turn) return;
  if ((asked.onAttempt ?? ctx.attempt) !== ctx.attempt || (asked.onTry ?? ctx.try) !== ctx.try) return;
  throw new RetryableError(`Simulated failure of turn ${turn}, try ${ctx.try} of attempt ${ctx.attempt}.`, {
    code: "SIMULATED_FAILURE",
  });
}
