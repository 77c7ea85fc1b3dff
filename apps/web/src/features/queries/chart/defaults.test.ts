import type { QueryColumn, QueryColumnType } from "@longhaul/workflows/contracts";
import { describe, expect, it } from "vitest";
import { axis, defaultChart } from "./defaults.js";

const columns = (...names: [string, QueryColumnType][]): QueryColumn[] =>
  names.map(([name, type]) => ({ name, type, nulls: 0 }));

describe("what is drawn first", () => {
  it.each([
    [
      columns(["campaign", "string"], ["impressions", "integer"], ["reach", "integer"]),
      { x: 0, y: 1, kind: "bar" },
    ],
    [columns(["impressions", "integer"], ["day", "date"]), { x: 1, y: 0, kind: "line" }],
    [columns(["campaign_id", "integer"], ["spend", "number"]), { x: 0, y: 1, kind: "bar" }],
    [columns(["frequency", "integer"], ["people", "integer"]), { x: 0, y: 1, kind: "line" }],
    [columns(["nothing", "empty"], ["name", "string"], ["n", "number"]), { x: 1, y: 2, kind: "bar" }],
    [columns(["n", "number"]), null],
    [columns(["a", "string"], ["b", "string"]), null],
    [[], null],
  ])("%j", (given, choice) => {
    expect(defaultChart(given)).toEqual(choice);
  });
});

describe("an axis", () => {
  it.each([
    [0, 97, [0, 25, 50, 75, 100]],
    [-3, 7, [-5, -2.5, 0, 2.5, 5, 7.5]],
    [0, 0, [0, 1]],
    [0, 0.3, [0, 0.1, 0.2, 0.3]],
    [0, 1_234_567, [0, 500_000, 1_000_000, 1_500_000]],
  ])("from %d to %d has round steps", (from, to, steps) => {
    expect(axis(from, to)).toEqual(steps);
  });
});
