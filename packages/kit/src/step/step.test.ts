import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineStep } from "./step.js";

const options = { name: "CountWords", stage: "count", input: z.null(), output: z.null(), timeoutSeconds: 10 };
const retry = { maxAttempts: 1, intervalSeconds: 1, backoffRate: 1, maxDelaySeconds: 2 };

describe("defineStep", () => {
  it("fills in what was not said", () => {
    expect(defineStep(options)).toMatchObject({
      ...{ memoryMb: 512, permissions: [], retry: { maxAttempts: 3 }, exclusive: false },
    });
  });

  it.each([
    [{ name: "countWords" }, 'Step name "countWords" must be PascalCase'],
    [
      { timeoutSeconds: 901 },
      'timeoutSeconds of step "CountWords" must be a whole number from 5 to 900, not 901.',
    ],
    [{ timeoutSeconds: 7.5 }, "not 7.5"],
    [{ memoryMb: 64 }, "memoryMb"],
    [{ retry: { ...retry, maxAttempts: -1 } }, "retry.maxAttempts"],
    [{ retry: { ...retry, backoffRate: 0.5 } }, "retry.backoffRate"],
    [{ retry: { ...retry, maxDelaySeconds: 1 } }, "retry.maxDelaySeconds"],
  ])("refuses %j", (wrong, sentence) => {
    expect(() => defineStep({ ...options, ...wrong })).toThrow(sentence);
  });
});
