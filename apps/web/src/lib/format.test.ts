import { describe, expect, it } from "vitest";
import * as format from "./format.js";

describe("what people read", () => {
  it.each([
    [0.0421, "42 ms"],
    [3.14159, "3.1 s"],
    [2, "2 s"],
    [59.4, "59 s"],
    [3599.6, "1 h"],
    [125, "2 min 5 s"],
    [7500, "2 h 5 min"],
    [270_000, "3 d 3 h"],
  ])("writes %s seconds as %s", (seconds, text) => {
    expect(format.formatDuration(seconds)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_048_200, "1.0 MB"],
    [52_428_800, "50 MB"],
  ])("writes %s bytes as %s", (bytes, text) => {
    expect(format.formatBytes(bytes)).toBe(text);
  });

  it("never calls something nothing, or almost all everything", () => {
    expect(format.formatPercent(0.00001)).toBe("< 0.1%");
    expect(format.formatPercent(0.99999)).toBe("99.9%");
    expect(format.formatPercent(0)).toBe("0%");
    expect(format.formatPercent(1)).toBe("100%");
    expect(format.formatProgress(0.999)).toBe("99%");
    expect(format.formatProgress(0.29)).toBe("29%");
  });

  it("rounds no whole number", () => {
    expect(format.formatNumber(760_167_650)).toBe("760,167,650");
    expect(format.formatNumber(3.0294319)).toBe("3.02943");
    expect(format.formatNumber(0.00001234)).toBe("1.234e-5");
  });

  it("tells how long ago something was", () => {
    // Noon here, wherever that is.
    const now = Date.parse("2026-06-01T12:00:00");
    expect(format.formatRelative(now - 3000, now)).toBe("just now");
    expect(format.formatRelative(now + 4000, now)).toBe("in a moment");
    expect(format.formatRelative(now - 90_000, now)).toBe("1 minute ago");
    expect(format.formatRelative(now - 86_400_000, now)).toBe("yesterday");
    // What is kept for 7 days has not 6 a moment later.
    expect(format.formatRelative(now + 7 * 86_400_000 - 40_000, now)).toBe("in 7 days");
    expect(format.formatRelative(now + 86_400_000 - 40_000, now)).toBe("in 24 hours");
    expect(format.formatRelative(now - 90 * 86_400_000, now)).toBe("Mar 3, 2026");
  });

  it("says of a stage that it is under way only while it is", () => {
    expect(["Writing your story...", "Telling you"].map(format.settled)).toEqual([
      "Writing your story",
      "Telling you",
    ]);
  });

  it("makes words of keys", () => {
    expect(format.humanize("maxRejectedShare")).toBe("Max rejected share");
    expect(format.humanize("timed_out")).toBe("Timed out");
  });
});
