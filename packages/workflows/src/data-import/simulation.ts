import { setTimeout as sleep } from "node:timers/promises";
import { RetryableError, type StepContext } from "@longhaul/kit/step";
import type { Simulation } from "./contract.js";
import type { FileFormat } from "./result.js";
import { seedOf } from "./engine/sketches/hash.js";

type Context = Pick<StepContext, "simulation" | "idempotencyKey" | "attempt" | "try" | "signal">;

/**
 * Fails this try where the simulation asks for it. Which tries the failure rate hits follows from the step's
 * key, so that the same run behaves the same way each time. Does nothing without the capability SIMULATION.
 *
 * @throws RetryableError SIMULATED_FAILURE
 */
export function simulateFailure(
  step: "ProcessData" | "SendNotification",
  simulation: Simulation | undefined,
  ctx: Context,
): void {
  if (!ctx.simulation || !simulation) return;
  const { failStep, failureRate = 0 } = simulation;
  const asked = failStep?.step === step && failStep.onTry === ctx.try;
  const drawn = (seedOf(`${ctx.idempotencyKey} ${ctx.attempt} ${ctx.try}`) >>> 0) / 2 ** 32;
  if (asked || drawn < failureRate) {
    throw new RetryableError(`Simulated failure of ${step}, try ${ctx.try}.`, { code: "SIMULATED_FAILURE" });
  }
}

/** Waits as long as the simulation asks for files of that format; an abort ends the wait. */
export async function simulateDelay(
  format: FileFormat,
  simulation: Simulation | undefined,
  ctx: Context,
): Promise<void> {
  const milliseconds = ctx.simulation ? (simulation?.delays?.[format] ?? 0) : 0;
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal: ctx.signal });
}
