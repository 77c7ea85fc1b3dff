import { afterEach, expect, it, vi } from "vitest";
import type { Lambda } from "../lambda/service.js";
import { createEventBus, matches } from "./event-bus.js";

afterEach(() => void vi.useRealTimers());

const event = { source: "aws.states", detail: { status: "FAILED", tags: ["a", "b"], nothing: null } };

it.each([
  [{ source: ["aws.states"] }, true],
  [{ source: ["other", "aws.states"] }, true],
  [{ source: ["other"] }, false],
  [{ source: ["aws.states"], detail: { status: ["FAILED", "ABORTED"] } }, true],
  [{ source: ["aws.states"], detail: { status: ["SUCCEEDED"] } }, false],
  [{ detail: { tags: ["b", "c"] } }, true],
  [{ detail: { nothing: [null] } }, true],
  [{ detail: { missing: [null] } }, false],
  [{ source: { nested: ["x"] } }, false],
  [{ constructor: ["x"] }, false],
  [{}, true],
])("the pattern %o matches: %s", (pattern, expected) => {
  expect(matches(pattern, event)).toBe(expected);
});

it.each([
  [false, []],
  [true, ["mends"]],
])(
  "rules run after the first minute and at their rate, what mends at once where behind is %s",
  async (behind, atOnce) => {
    vi.useFakeTimers();
    const called: string[] = [];
    const invoke = async ({ functionName }: { functionName: string }) => {
      called.push(functionName);
      return { statusCode: 200, payload: "null" };
    };
    const bus = createEventBus({
      ...{ region: "us-east-1", accountId: "000000000000", logger: { info() {}, warn() {}, error() {} } },
      rules: [
        { name: "mends", description: "", target: "mends", everySeconds: 60, mends: true },
        { name: "often", description: "", target: "often", everySeconds: 60 },
        { name: "seldom", description: "", target: "seldom", everySeconds: 600 },
      ],
      lambda: { invoke } as unknown as Lambda,
    });
    bus.startClock({ behind });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(called.splice(0)).toEqual(atOnce);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(called.splice(0).toSorted()).toEqual(["mends", "often", "seldom"]);
    await vi.advanceTimersByTimeAsync(540_000);
    expect(called.filter((name) => name === "seldom")).toHaveLength(1);
    expect(called.filter((name) => name === "often")).toHaveLength(9);
    await bus.close();
    called.length = 0;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(called).toEqual([]);
  },
);
