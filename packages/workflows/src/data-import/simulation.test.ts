import { describe, expect, it } from "vitest";
import { memoryContext } from "../testing.js";
import { simulateDelay, simulateFailure } from "./simulation.js";

const failStep = { step: "ProcessData", onTry: 2 } as const;
const context = (nth: number, simulation = true, idempotencyKey = "k") =>
  memoryContext({ try: nth, simulation, idempotencyKey }).ctx;

describe("simulated failures", () => {
  it("hit the step and the try that were asked for, and no other", () => {
    expect(() => simulateFailure("ProcessData", { failStep }, context(1))).not.toThrow();
    expect(() => simulateFailure("ProcessData", { failStep }, context(2))).toThrow(
      "Simulated failure of ProcessData, try 2.",
    );
    expect(() => simulateFailure("SendNotification", { failStep }, context(2))).not.toThrow();
  });

  it("hit the share of runs that was asked for, each run the same way again", () => {
    const fails = (key: number) => {
      try {
        simulateFailure("ProcessData", { failureRate: 0.3 }, context(1, true, `run ${key}`));
        return false;
      } catch {
        return true;
      }
    };
    const outcomes = Array.from({ length: 1_000 }, (_, i) => fails(i));
    expect(outcomes.filter(Boolean).length).toBeGreaterThan(250);
    expect(outcomes.filter(Boolean).length).toBeLessThan(350);
    expect(outcomes).toEqual(Array.from({ length: 1_000 }, (_, i) => fails(i)));
  });

  it("do not happen where the environment does not simulate", () => {
    const all = { failStep, failureRate: 1 };
    expect(() => simulateFailure("ProcessData", all, context(2, false))).not.toThrow();
  });
});

describe("simulated delays", () => {
  it("end with the signal", async () => {
    const { ctx, abort } = memoryContext({ simulation: true });
    const waiting = simulateDelay("csv", { delays: { csv: 600_000 } }, ctx);
    abort.abort();
    await expect(waiting).rejects.toThrow("aborted");
  });

  it("are for the format they name, and only where the environment simulates", async () => {
    const delays = { csv: 600_000 };
    await simulateDelay("json", { delays }, context(1));
    await simulateDelay("csv", { delays }, context(1, false));
    await simulateDelay("csv", undefined, context(1));
  });
});
