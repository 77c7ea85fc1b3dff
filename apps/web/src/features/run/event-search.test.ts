import type { RunEvent } from "@longhaul/kit";
import { expect, test } from "vitest";
import { matchingEvents, parseEventSearch } from "./event-search.js";

const event = (seq: number, type: RunEvent["type"], data: RunEvent["data"] = {}): RunEvent => ({
  ...{ runId: "r", at: "2026-11-22T10:00:00.000Z", attempt: 1, itemPath: "", visit: 0, stage: null },
  ...{ seq, type, data, step: type.startsWith("step.") ? "Charge" : null },
});
const log = [
  event(1, "run.started"),
  event(2, "step.log", { level: "info", message: "One card", fields: { customer: "cus_4711" } }),
  event(3, "step.log", { level: "warn", message: "Slow answer" }),
  event(4, "step.failed", { error: { code: "NO_MONEY", message: "The card was refused." } }),
];
const found = (search: Record<string, unknown>) =>
  matchingEvents(log, parseEventSearch(search)).map(({ seq }) => seq);

test("the filter of a log is read from the address, and what is not understood lets everything through", () => {
  expect(parseEventSearch({ kind: "problem", q: "card", page: 2 })).toEqual({ kind: "problem", q: "card" });
  expect(parseEventSearch({ q: 4711 })).toEqual({ q: "4711" });
  for (const nothing of [{}, { kind: "" }, { kind: "toString" }, { q: " " }, { q: ["a"] }])
    expect(parseEventSearch(nothing)).toEqual({});
  expect(found({})).toEqual([1, 2, 3, 4]);
});

test("a log is searched in what its lines say and in the data below them, by kind and text together", () => {
  expect(found({ kind: "problem" })).toEqual([3, 4]);
  expect(found({ q: "CUS_4711" })).toEqual([2]);
  expect(found({ q: "no_money" })).toEqual([4]);
  expect(found({ q: "card", kind: "log" })).toEqual([2]);
  expect(found({ q: "card", kind: "run" })).toEqual([]);
});
