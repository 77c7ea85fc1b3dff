import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventBridgeExpression, nextTimes } from "./cron.js";

describe("a crontab line for EventBridge", () => {
  it.each([
    ["0 9 * * *", "cron(0 9 * * ? *)"],
    ["*/15 * * * *", "cron(0/15 * * * ? *)"],
    ["0 9 * * 1-5", "cron(0 9 ? * MON,TUE,WED,THU,FRI *)"],
    ["0 9 * * 5-7", "cron(0 9 ? * SUN,FRI,SAT *)"],
    ["30 6 1,15 * *", "cron(30 6 1,15 * ? *)"],
    ["0 0 1 */3 *", "cron(0 0 1 1/3 ? *)"],
    ["5 4 * jan-mar sun", "cron(5 4 ? 1-3 SUN *)"],
    ["0-59 * * * 0-6", "cron(* * * * ? *)"],
    ["1-59/2 8-10 * * *", "cron(1/2 8-10 * * ? *)"],
    ["0 12 29 2 *", "cron(0 12 29 2 ? *)"],
  ])("%s is %s", (cron, expression) => expect(eventBridgeExpression(cron)).toBe(expression));

  it.each([
    ["* * * *", "Five fields"],
    ["@daily", "Five fields"],
    ["60 * * * *", '"60" is no minute'],
    ["0 24 * * *", '"24" is no hour'],
    ["0 9 0 * *", "day of the month"],
    ["0 9 * 13 *", "month"],
    ["0 9 * * 8", "day of the week"],
    ["0 9 * * mon-", "day of the week"],
    ["0 9-5 * * *", "hour"],
    ["*/0 * * * *", "minute"],
    ["0 9 L * *", "day of the month"],
    ["0 9 1 * 1", "make two schedules"],
    ["0 9 31 2,4 *", "None of these months"],
    ["-1 * * * *", "minute"],
  ])("%s is refused", (cron, sentence) => expect(() => eventBridgeExpression(cron)).toThrow(sentence));

  it("names the same times as the crontab line does", () => {
    const number = (min: number, max: number) => fc.integer({ min, max });
    const part = (min: number, max: number) =>
      fc.oneof(
        fc.constant("*"),
        number(min, max).map(String),
        number(1, max).map((step) => `*/${step}`),
        fc.tuple(number(min, max), number(min, max)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
        fc.uniqueArray(number(min, max), { minLength: 1, maxLength: 4 }).map((list) => list.join(",")),
      );
    const line = fc.tuple(part(0, 59), part(0, 23), part(1, 28), part(1, 12), part(0, 6));
    fc.assert(
      fc.property(line, fc.boolean(), ([minute, hour, day, month, weekday], byWeek) => {
        const cron = `${minute} ${hour} ${byWeek ? "*" : day} ${month} ${byWeek ? weekday : "*"}`;
        let expression: string;
        try {
          expression = eventBridgeExpression(cron);
        } catch (error) {
          expect((error as Error).message).toContain("more times");
          return;
        }
        const inner = expression.slice(5, -1);
        const options = {
          mode: "7-part",
          alternativeWeekdays: true,
          sloppyRanges: true,
          paused: true,
        } as const;
        const theirs = new Cron(`0 ${inner}`, { ...options, timezone: "UTC" });
        const from = new Date("2026-05-03T10:17:00Z");
        const times = theirs.nextRuns(5, from).map((time) => time.toISOString());
        expect(times).toEqual(nextTimes(cron, "UTC", 5, from));
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

describe("the next times", () => {
  it("are those of the zone, without one that the clocks leave out", () => {
    expect(nextTimes("30 2 * * *", "Europe/Berlin", 2, new Date("2026-03-28T12:00:00Z"))).toEqual([
      "2026-03-30T00:30:00.000Z",
      "2026-03-31T00:30:00.000Z",
    ]);
  });

  it.each([
    ["5/10 * * * *", ["00:05", "00:15", "00:25"]],
    ["*/90 * * * *", ["00:00", "01:00", "02:00"]],
    ["0 22/1 * * thu-sat/2", ["22:00", "23:00", "22:00"]],
  ])("of %s are those that EventBridge is told", (cron, expected) => {
    const times = nextTimes(cron, "UTC", 3, new Date("2026-12-30T23:59:00Z"));
    expect(times.map((time) => time.slice(11, 16))).toEqual(expected);
    expect(eventBridgeExpression(cron)).toMatch(/^cron\(/);
  });

  it("of a zone that is none are refused", () => {
    expect(() => nextTimes("0 9 * * *", "Mars/Olympus", 1, new Date())).toThrow("no time zone");
  });
});
