import type { Run } from "@longhaul/kit";
import { describe, expect, it } from "vitest";
import { emptyList, listedIds, runsSince, withFirstPage, withOlderPage } from "./run-list.js";

/** Runs are named by the minute in which they were made. */
const run = (minute: number, lastSeq = 1) =>
  ({ id: `r${minute}`, lastSeq, createdAt: `2026-01-01T00:${String(minute).padStart(2, "0")}:00Z` }) as Run;
const page = (minutes: number[], nextCursor: string | null = null, changed = minutes) => ({
  ids: minutes.map((minute) => `r${minute}`),
  runs: changed.map((minute) => run(minute)),
  nextCursor,
});

describe("a list of runs", () => {
  const two = withFirstPage(emptyList, page([4, 3], "after 3"));

  it("keeps below what new runs push off its first page", () => {
    const pushed = withFirstPage(two, page([5, 4], "after 4", [5]));
    expect(listedIds(pushed)).toEqual(["r5", "r4", "r3"]);
    expect(pushed.cursor).toBe("after 3");
  });

  it("drops what the filter lets through no more", () => {
    expect(listedIds(withFirstPage(two, page([3], null, [])))).toEqual(["r3"]);
    expect(listedIds(withFirstPage(two, page([4], null, [])))).toEqual(["r4"]);
    expect(listedIds(withFirstPage(two, page([4, 2], "after 2")))).toEqual(["r4", "r2"]);
  });

  it("adds older pages without showing a run twice", () => {
    const more = withOlderPage(two, { runs: [run(3), run(2), run(1)], nextCursor: null });
    expect(listedIds(more)).toEqual(["r4", "r3", "r2", "r1"]);
    expect(more.cursor).toBeNull();
  });

  it("leaves out what has become too old since it was asked for", () => {
    const all = withOlderPage(two, { runs: [run(2), run(1)], nextCursor: null });
    expect(listedIds(runsSince(all, "2026-01-01T00:02:00.000Z"))).toEqual(["r4", "r3", "r2"]);
    expect(listedIds(runsSince(all, "2026-01-01T00:03:30.000Z"))).toEqual(["r4"]);
  });

  it("keeps the reading of a run that knows more", () => {
    const ahead = withFirstPage(two, { ids: ["r4", "r3"], runs: [run(4, 9)], nextCursor: "after 3" });
    const late = withOlderPage(ahead, { runs: [run(4, 2)], nextCursor: null });
    expect(late.byId["r4"]?.lastSeq).toBe(9);
  });
});
