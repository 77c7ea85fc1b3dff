import { describe, expect, test } from "vitest";
import { EventLines } from "./event-lines.js";

const at = new Date("2030-01-01T10:20:30.456Z");
const lines = (length = 80) => new EventLines((_style, text) => text, length);
const event = (type: string, details: Record<string, unknown>) => ({
  id: 2,
  previousEventId: 1,
  type,
  timestamp: at,
  details,
});

describe("lines of events", () => {
  test("show states entered and left with their data", () => {
    expect(lines().progress(event("TaskStateEntered", { name: "Charge", input: '{"n":1}' }))).toBe(
      '10:20:30.456  → Charge  {"n":1}',
    );
    expect(lines().progress(event("TaskStateExited", { name: "Charge", output: "[2]" }))).toBe(
      "10:20:30.456  ✓ Charge  [2]",
    );
    expect(lines().progress(event("TaskScheduled", {}))).toBeNull();
  });

  test("show the message of a function's error", () => {
    const cause = JSON.stringify({ errorType: "Declined", errorMessage: "no funds", trace: ["..."] });
    expect(lines().progress(event("TaskFailed", { error: "Declined", cause }))).toBe(
      "10:20:30.456  ✗   Declined: no funds",
    );
  });

  test("are cut, and cannot command a terminal", () => {
    const entered = event("PassStateEntered", { name: "\u001b[31mA", input: "x".repeat(500) });
    const line = lines(60).progress(entered) ?? "";
    expect(line).toContain("\\u001b[31mA");
    expect(line.length).toBeLessThanOrEqual(60);
    expect(line.endsWith("…")).toBe(true);
  });

  test("show every event in full", () => {
    expect(lines(120).full(event("TaskFailed", { error: "E", cause: "why" }))).toBe(
      "10:20:30.456      2   TaskFailed error=E cause=why",
    );
  });
});
