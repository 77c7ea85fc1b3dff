import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "./logger.js";
import { stepMetrics } from "./metrics.js";
import { createTracing } from "./tracing.js";

let written: string[] = [];
beforeEach(() => {
  written = [];
  const keep = (text: string | Uint8Array) => {
    written.push(String(text));
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(keep);
  vi.spyOn(process.stderr, "write").mockImplementation(keep);
});
afterEach(() => void vi.restoreAllMocks());

const lines = () =>
  written
    .join("")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const functionName = "longhaul-storybook-WriteStory";

describe("a function's log", () => {
  it("is a JSON line with what who logs knows, and errors spelled out", () => {
    const logger = createLogger({ level: "info", functionName });
    const about = { run: "r-1", attempt: 2, correlationId: "c-1", step: "WriteStory" };
    logger.debug(about, "not shown");
    logger.info({ ...about, fields: { pages: 4 } }, "half way");
    logger.error({ ...about, err: new TypeError("no", { cause: new Error("why") }) }, "failed");
    logger.warn({ err: "a mere text" }, "odd");
    expect(lines()).toMatchObject([
      { level: "INFO", message: "half way", service: functionName, ...about, fields: { pages: 4 } },
      { level: "ERROR", message: "failed", ...about, error: { name: "TypeError", message: "no" } },
      { level: "WARN", message: "odd", error: { message: "a mere text" } },
    ]);
  });

  it("says nothing when it is to be silent", () => {
    createLogger({ level: "silent", functionName }).error({}, "nothing");
    expect(written).toEqual([]);
  });
});

describe("a step's metrics", () => {
  it.each([
    ["succeeded", "StepSucceeded"],
    ["answered", "StepAnswered"],
    ["fatal", "StepFailed"],
    ["busy", "StepFailed"],
  ] as const)("%s is counted as %s, by workflow and step", (outcome, metric) => {
    const observe = stepMetrics({ workflow: "storybook", functionName });
    observe({ run: "r-1", attempt: 1, step: "WriteStory", outcome, milliseconds: 12 });
    const told = lines();
    expect(told).toHaveLength(1);
    expect(told.find((line) => metric in line)).toMatchObject({
      [metric]: 1,
      workflow: "storybook",
      step: "WriteStory",
      run: "r-1",
      _aws: { CloudWatchMetrics: [{ Namespace: "Longhaul" }] },
    });
    expect(told[0]?.["StepDuration"]).toBe(outcome === "answered" ? undefined : 12);
  });
});

describe("tracing", () => {
  it.each([
    ["without a daemon", undefined],
    ["with a daemon and no trace to be a part of", "127.0.0.1:2000"],
  ])(
    "%s runs the work all the same",
    async (_, daemonAddress) => {
      const traced = await createTracing({ functionName, daemonAddress });
      expect(
        await traced(
          "step",
          () => ({ run: "r-1" }),
          async () => 7,
        ),
      ).toBe(7);
      await expect(
        traced(
          "step",
          () => ({}),
          () => Promise.reject(new Error("as it is")),
        ),
      ).rejects.toThrow("as it is");
    },
    30_000,
  );
});
