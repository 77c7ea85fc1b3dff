import { describe, expect, it } from "vitest";
import { noOptions, readOptions } from "./start-options.js";

const now = Date.parse("2026-11-22T10:00:00Z");

describe("readOptions", () => {
  it("leaves out what was not chosen", () => {
    expect(readOptions(noOptions, now)).toEqual({ options: {}, errors: {} });
  });

  it("reads tags each once and a time as UTC", () => {
    const { options, errors } = readOptions(
      { priority: "high", tags: " blue, weekly,blue ,", notBefore: "2027-01-01T12:00" },
      now,
    );
    expect(errors).toEqual({});
    expect(options).toEqual({
      priority: "high",
      tags: ["blue", "weekly"],
      notBefore: new Date("2027-01-01T12:00").toISOString(),
    });
  });

  it("says what is wrong beside the field", () => {
    const tags = Array.from({ length: 11 }, (_, index) => `t${index}`).join(",");
    expect(readOptions({ ...noOptions, tags }, now).errors.tags).toBe("At most 10 tags; these are 11.");
    expect(readOptions({ ...noOptions, tags: "x".repeat(51) }, now).errors.tags).toContain("longer than 50");
    expect(readOptions({ ...noOptions, notBefore: "2020-01-01T00:00" }, now).errors.notBefore).toContain(
      "has passed",
    );
  });
});
