import { expect, it } from "vitest";
import { commonTimes, cronWords, formatIn, timezones } from "./cron-words.js";

it("says a crontab line in words, and nothing of what is none", () => {
  expect(cronWords("0 9 * * 1-5")).toBe("At 09:00, Monday through Friday");
  expect(cronWords("nonsense")).toBeNull();
});

it("has words for what it offers", () => {
  for (const [cron] of commonTimes) expect(cronWords(cron)).toBeTruthy();
});

it("shows a moment by the clock of the zone", () => {
  expect(formatIn("Europe/Berlin", "2026-11-20T08:00:00.000Z")).toBe("Friday, November 20, 2026 at 09:00");
  expect(timezones()).toContain("UTC");
});
