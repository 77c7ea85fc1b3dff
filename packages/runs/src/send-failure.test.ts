import { expect, test } from "vitest";
import { backoffSeconds, postponedUntil, sendFailureOf } from "./send-failure.js";

const named = (name: string) => Object.assign(new Error("words of the service"), { name });

test.each(["InvalidArn", "InvalidName", "InvalidExecutionInput", "ValidationException"])(
  "%s can never be accepted",
  (name) => {
    expect(sendFailureOf(named(name), 1)).toMatchObject({ kind: "refused", code: "START_REFUSED" });
  },
);

test.each(["StateMachineDoesNotExist", "StateMachineDeleting", "AccessDeniedException"])(
  "%s may be mended by whoever deploys, so it is tried ten times",
  (name) => {
    expect(sendFailureOf(named(name), 9)).toMatchObject({ kind: "postponed" });
    expect(sendFailureOf(named(name), 10)).toMatchObject({ kind: "refused", code: "WORKFLOW_NOT_DEPLOYED" });
  },
);

test.each(["ThrottlingException", "ExecutionLimitExceeded"])("%s waits for room, however long", (name) => {
  expect(sendFailureOf(named(name), 1000)).toEqual({
    kind: "postponed",
    reason: "AWS is throttling",
  });
});

test("who waits reads why, and when it is tried again", () => {
  expect(postponedUntil("AWS is throttling", 20.4)).toBe("AWS is throttling, next try in 20 s.");
  expect(postponedUntil("AWS is throttling", 0.2)).toBe("AWS is throttling, next try in 1 s.");
});

test.each([
  named("TimeoutError"),
  named("InternalServerError"),
  new TypeError("fetch failed"),
  "text",
  undefined,
])("whatever else it is, the run is not given up: %s", (error) => {
  expect(sendFailureOf(error, 1000)).toMatchObject({ kind: "postponed" });
});

test("the wait doubles up to a minute, and varies so that runs do not come back together", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 50].map((tries) => backoffSeconds(tries, () => 0))).toEqual([
    2, 4, 8, 16, 32, 60, 60, 60,
  ]);
  expect(backoffSeconds(1, () => 1)).toBe(3);
});

test("a version that a run was to go on with does not come back: nobody waits for it", () => {
  expect(sendFailureOf(named("StateMachineDoesNotExist"), 1, true)).toMatchObject({ code: "VERSION_GONE" });
  expect(sendFailureOf(named("ThrottlingException"), 1, true)).toMatchObject({ kind: "postponed" });
});
