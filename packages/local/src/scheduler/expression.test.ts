import { describe, expect, it } from "vitest";
import { parseExpression } from "./expression.js";

function firings(text: string, from: string, { timezone = "UTC", count = 3 } = {}): string[] {
  const expression = parseExpression(text, timezone);
  const begin = Date.parse(from);
  const times: string[] = [];
  for (let after: number | null = begin; after !== null && times.length < count; ) {
    after = expression.next(after, begin);
    if (after !== null) times.push(new Date(after).toISOString().replace(":00.000Z", "Z"));
  }
  return times;
}

describe("a schedule's expression", () => {
  it("fires once at a time of its zone", () => {
    const options = { timezone: "America/New_York" };
    expect(firings("at(2026-11-20T13:00:00)", "2026-01-01T00:00:00Z", options)).toEqual([
      "2026-11-20T18:00Z",
    ]);
    expect(firings("at(2026-11-20T13:00:00)", "2026-11-20T18:00:00Z", options)).toEqual([]);
  });

  it("fires at a rate, from where it began", () => {
    const times = ["2026-01-01T00:05Z", "2026-01-01T00:10Z", "2026-01-01T00:15Z"];
    expect(firings("rate(5 minutes)", "2026-01-01T00:00:00Z")).toEqual(times);
    expect(firings("rate(1 day)", "2026-01-01T00:00:00Z", { count: 1 })).toEqual(["2026-01-02T00:00Z"]);
  });

  it.each([
    ["cron(15 10 ? * 6L 2026-2028)", ["2026-01-30T10:15Z", "2026-02-27T10:15Z", "2026-03-27T10:15Z"]],
    ["cron(0/10 * ? * MON-FRI *)", ["2026-01-01T00:10Z", "2026-01-01T00:20Z", "2026-01-01T00:30Z"]],
    ["cron(0 8 1 * ? *)", ["2026-01-01T08:00Z", "2026-02-01T08:00Z", "2026-03-01T08:00Z"]],
    ["cron(0 18 ? * 2#1 *)", ["2026-01-05T18:00Z", "2026-02-02T18:00Z", "2026-03-02T18:00Z"]],
    ["cron(30 23 L * ? *)", ["2026-01-31T23:30Z", "2026-02-28T23:30Z", "2026-03-31T23:30Z"]],
  ])("fires as %s says", (text, times) => {
    expect(firings(text, "2026-01-01T00:00:00Z")).toEqual(times);
  });

  it("skips a time that the clocks leave out, and fires once at one that they repeat", () => {
    const options = { timezone: "Europe/Berlin" };
    expect(firings("cron(30 2 * * ? *)", "2026-03-28T00:00:00Z", options)).toEqual([
      "2026-03-28T01:30Z",
      "2026-03-30T00:30Z",
      "2026-03-31T00:30Z",
    ]);
    expect(firings("cron(30 2 * * ? *)", "2026-10-24T12:00:00Z", { ...options, count: 2 })).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-26T01:30Z",
    ]);
  });

  it("ends with its years", () => {
    expect(firings("cron(0 0 1 1 ? 2025)", "2026-01-01T00:00:00Z")).toEqual([]);
  });

  it.each([
    "cron(0 8 1 * * *)",
    "cron(0 8 ? * ? *)",
    "cron(0 8 1 * ?)",
    "cron(61 8 1 * ? *)",
    "rate(0 minutes)",
    "rate(5 weeks)",
    "at(tomorrow)",
    "at(2026-13-01T00:00:00)",
    "0 8 * * *",
    "",
  ])("is refused where it is none: %s", (text) => {
    expect(() => parseExpression(text, "UTC")).toThrow("Invalid Schedule Expression");
  });

  it("is refused in a zone that is none", () => {
    expect(() => parseExpression("rate(1 day)", "Mars/Olympus")).toThrow("Timezone Mars/Olympus");
  });
});
