import type { RunEvent } from "@longhaul/kit";
import { expect, test } from "vitest";
import { eventSentence } from "./event-sentence.js";

const say = (type: RunEvent["type"], data: RunEvent["data"]) =>
  eventSentence({
    ...{ type, data, at: "2026-11-22T12:00:00.000Z" },
    step: type.startsWith("compensation.") ? "Refund(Charge)" : "Charge",
  } as RunEvent);

test("a log line says in words what its colour says", () => {
  expect(say("step.log", { level: "info", message: "One card" })).toBe("Charge: One card");
  expect(say("step.log", { level: "warn", message: "Slow answer" })).toBe("Charge, warning: Slow answer");
  expect(say("step.log", { level: "error", message: "No answer" })).toBe("Charge, error: No answer");
});

test("a run that waits says for what", () => {
  expect(say("run.waiting", { waitingFor: "An admin has to approve" })).toBe(
    "The run waits: An admin has to approve",
  );
});

test("a try that fails says when the next one comes, with its day where that is another", () => {
  const at = (iso: string) => new Date(iso).toLocaleTimeString("en", { hour12: false, timeStyle: "medium" });
  const error = { code: "X", message: "No answer" };
  const retrying = (retryAt: string | null) => say("step.retrying", { error, try: 1, retryAt });
  expect(retrying("2026-11-22T12:00:05.000Z")).toBe(
    `Charge is tried again at ${at("2026-11-22T12:00:05.000Z")}: No answer`,
  );
  // Noon here, wherever that is.
  expect(retrying(new Date("2026-11-25T12:00:00").toISOString())).toContain(
    "Charge is tried again on Wed, Nov 25, 2026, at ",
  );
  expect(retrying(null)).toBe("Charge is tried again: No answer");
});

test("what people decide and what is taken back is told with its names", () => {
  const title = "Release it?";
  expect(say("approval.requested", { title })).toBe("A decision is asked for: Release it?");
  expect(say("approval.decided", { title, by: { id: "1", name: "Grace" }, byDefault: false })).toBe(
    "Decided by Grace: Release it?",
  );
  expect(say("approval.decided", { title, by: null, byDefault: true })).toBe(
    "Decided by default, since nobody did in time: Release it?",
  );
  expect(say("compensation.done", { undoes: "Charge", try: 1 })).toBe(
    "Charge was taken back by Refund(Charge)",
  );
  expect(say("run.started", { resumed: true })).toBe("The run goes on");
});
