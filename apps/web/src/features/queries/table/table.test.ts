import { describe, expect, it } from "vitest";
import { readCsv } from "./csv-stream.js";
import { readFilter } from "./filter.js";
import { Table } from "./table.js";

const people = [
  ["Zoe", "3", "0.5", "2026-01-02"],
  ["adam", "", "-1", "2026-01-01"],
  ["", "1", "", ""],
  ["Zoe", "2", "10", "2025-12-31"],
  ["Émile", "3", "-0.25", "2026-01-02"],
];

function tableOf(rows: readonly (readonly string[])[] = people): Table {
  const table = new Table([
    { name: "name", type: "string" },
    { name: "count", type: "integer" },
    { name: "share", type: "number" },
    { name: "day", type: "date" },
  ]);
  for (const row of rows) table.push(row);
  return table;
}

const column = (table: Table, index: number) => table.rows(0, table.length).map((row) => row[index]);

describe("a table of columns", () => {
  it("gives back what it was given", () => {
    const table = tableOf();
    expect(table.rows(1, 3)).toEqual([
      ["adam", null, -1, "2026-01-01"],
      [null, 1, null, null],
    ]);
    expect(table.rows(4, 99)).toEqual([["Émile", 3, -0.25, "2026-01-02"]]);
  });

  it("sorts either way, empty cells last, equal ones in their order", () => {
    const table = tableOf();
    const sorted = (index: number, descending: boolean, show = index) => {
      table.look({ sort: { column: index, descending }, filters: {} });
      return column(table, show);
    };
    expect(sorted(1, false)).toEqual([1, 2, 3, 3, null]);
    expect(sorted(1, false, 0)).toEqual([null, "Zoe", "Zoe", "Émile", "adam"]);
    expect(sorted(1, true)).toEqual([3, 3, 2, 1, null]);
    expect(sorted(1, true, 0)).toEqual(["Zoe", "Émile", "Zoe", null, "adam"]);
    expect(sorted(2, false)).toEqual([-1, -0.25, 0.5, 10, null]);
    expect(sorted(2, true)).toEqual([10, 0.5, -0.25, -1, null]);
    expect(sorted(0, false)).toEqual(["Zoe", "Zoe", "adam", "Émile", null]);
    expect(sorted(0, true)).toEqual(["Émile", "adam", "Zoe", "Zoe", null]);
    expect(sorted(3, true)).toEqual(["2026-01-02", "2026-01-02", "2026-01-01", "2025-12-31", null]);
    table.look({ sort: null, filters: {} });
    expect(column(table, 0)).toEqual(["Zoe", "adam", null, "Zoe", "Émile"]);
  });

  it("sorts many numbers as numbers are sorted", () => {
    const numbers = Array.from({ length: 70_000 }, (_, index) => Math.sin(index * 99.7) * 10 ** (index % 40));
    const table = new Table([{ name: "n", type: "number" }]);
    for (const number of numbers) table.push([String(number)]);
    table.look({ sort: { column: 0, descending: false }, filters: {} });
    expect(column(table, 0)).toEqual([...numbers].sort((a, b) => a - b));
    table.look({ sort: { column: 0, descending: true }, filters: {} });
    expect(column(table, 0)).toEqual([...numbers].sort((a, b) => b - a));
  });

  it("filters by several columns at once", () => {
    const table = tableOf();
    const filtered = (filters: Record<number, string>) => {
      table.look({ sort: { column: 0, descending: false }, filters });
      return table.rows(0, table.shown).map(([name, count]) => [name, count]);
    };
    expect(filtered({ 0: "zo" })).toEqual([
      ["Zoe", 3],
      ["Zoe", 2],
    ]);
    expect(filtered({ 0: "zo", 1: "<=2" })).toEqual([["Zoe", 2]]);
    expect(filtered({ 1: "empty" })).toEqual([["adam", null]]);
    expect(filtered({ 0: "nobody" })).toEqual([]);
    expect(filtered({ 1: "nonsense" })).toHaveLength(5);
  });

  it("keeps identifiers that are too large for a number exactly, and sorts them as numbers", () => {
    const table = new Table([{ name: "id", type: "integer" }]);
    const ids = ["7", "", "591234567890123457", "591234567890123456", "-12", "10"];
    for (const id of ids) table.push([id]);
    expect(table.rows(0, 9).map(([id]) => id)).toEqual(["7", null, ...ids.slice(2)]);
    table.look({ sort: { column: 0, descending: false }, filters: {} });
    const sorted = ["-12", "7", "10", "591234567890123456", "591234567890123457", null];
    expect(column(table, 0)).toEqual(sorted);
  });

  it("adds up what has the same x, and says what it leaves out", () => {
    const table = tableOf();
    expect(table.points(0, 1, 10)).toEqual({
      points: [
        { x: "Zoe", y: 5 },
        { x: null, y: 1 },
        { x: "Émile", y: 3 },
      ],
      left: 0,
    });
    expect(table.points(0, 1, 1)).toEqual({ points: [{ x: "Zoe", y: 5 }], left: 2 });
  });
});

describe("what is written into a filter", () => {
  it.each([
    ["5", 5, true],
    ["5", 6, false],
    ["!= 5", 6, true],
    [">1,000", 1001, true],
    [">=5", 5, true],
    ["<5", 5, false],
    ["1..3", 3, true],
    ["1..3", 3.1, false],
    ["5", null, false],
    ["!empty", null, false],
  ])("%s against %s", (text, cell, passes) => {
    expect(readFilter(text, true)?.(cell)).toBe(passes);
  });

  it("is a part of a text, or all of it", () => {
    expect(readFilter("oe", false)?.("ZOE")).toBe(true);
    expect(readFilter("=oe", false)?.("zoe")).toBe(false);
    expect(readFilter("= Zoe", false)?.("zoe")).toBe(true);
  });

  it("is nothing as long as it cannot be read", () => {
    for (const text of ["", " ", ">", "1..", "abc", "="]) expect(readFilter(text, true), text).toBeNull();
  });
});

describe("CSV that comes in pieces", () => {
  const text = 'a,b\r\n1,"x, ""y""\r\nz"\r\n,\r\n3,é😀\r\n';
  const rows = [
    ["a", "b"],
    ["1", 'x, "y"\r\nz'],
    ["", ""],
    ["3", "é😀"],
  ];

  it("is read the same however it is cut", async () => {
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size <= bytes.length; size += 1) {
      const found: string[][] = [];
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
          controller.close();
        },
      });
      await readCsv(stream, (records) => found.push(...records));
      expect(found, `pieces of ${size} bytes`).toEqual(rows);
    }
  });

  it("may end without a line end, and may be empty", async () => {
    const read = async (content: string) => {
      const found: string[][] = [];
      await readCsv(new Blob([content]).stream(), (records) => found.push(...records));
      return found;
    };
    expect(await read("a\n1\n2")).toEqual([["a"], ["1"], ["2"]]);
    expect(await read("")).toEqual([]);
  });
});
