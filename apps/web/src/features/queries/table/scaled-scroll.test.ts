import { describe, expect, it } from "vitest";
import { offsetFor, scaleOf } from "./scaled-scroll.js";

const rowHeight = 28;
const visible = 412;

describe.each([10, 1_000, 1_000_000, 5_000_000])("a table of %d rows", (rows) => {
  const { height, scale } = scaleOf(rows, rowHeight, visible);

  it("is no higher than browsers draw, and its last row is at its end", () => {
    expect(height).toBeLessThanOrEqual(12_000_000);
    const end = Math.max(0, height - visible) * scale + visible;
    expect(Math.abs(end - Math.max(visible, rows * rowHeight))).toBeLessThan(1);
  });

  it("shows any row that it is asked to show", () => {
    for (const row of [0, 5, Math.floor(rows / 2), rows - 1]) {
      for (const scrollTop of [0, Math.max(0, height - visible)]) {
        const there = offsetFor(row, { rowHeight, visible, scale, scrollTop }) ?? scrollTop;
        const from = there * scale;
        expect(row * rowHeight).toBeGreaterThanOrEqual(from - 1);
        expect((row + 1) * rowHeight).toBeLessThanOrEqual(from + visible + 1);
      }
    }
  });
});
