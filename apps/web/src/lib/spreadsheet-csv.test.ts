import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { guardFormulas } from "./spreadsheet-csv.js";

/** What comes out when the text comes in pieces of so many bytes. */
async function guarded(text: string, size = Number.POSITIVE_INFINITY): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let from = 0; from < bytes.length; from += size)
        controller.enqueue(bytes.slice(from, from + size));
      controller.close();
    },
  });
  const all = await new Response(pieces.pipeThrough(guardFormulas())).arrayBuffer();
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
}

describe("CSV for spreadsheets", () => {
  it.each([
    // What a spreadsheet computes, or runs.
    ["=1+1", "'=1+1"],
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ["+1+1", "'+1+1"],
    ["-1+1", "'-1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["-", "'-"],
    ["+49 30 1234", "'+49 30 1234"],
    ["-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"],
    [`-${"1".repeat(100)}`, `'-${"1".repeat(100)}`],
    ["＝1+1", "'＝1+1"],
    ["＋1", "'＋1"],
    ["－1", "'－1"],
    ["＠A", "'＠A"],
    ['"=1,1"', '"\'=1,1"'],
    ['"=HYPERLINK(""http://example.org"")"', '"\'=HYPERLINK(""http://example.org"")"'],
    ['"-1"""', '"\'-1"""'],
    ['"-1,5"', '"\'-1,5"'],
    ['"\r\n=1"', '"\'\r\n=1"'],
    ['"\n"', '"\'\n"'],
    ['"\t"', '"\'\t"'],
    // Where a spreadsheet sees the end of a line though others may not.
    ["a\r=1", "a\r'=1"],
  ])("%j as %j", async (cell, wanted) => {
    for (const size of [1, 2, 3, Number.POSITIVE_INFINITY]) {
      expect(await guarded(cell, size)).toBe(wanted);
      expect(await guarded(`name,n\n${cell},1\r\nx,${cell}\n`, size)).toBe(
        `name,n\n${wanted},1\r\nx,${wanted}\n`,
      );
    }
  });

  it.each([
    ["-12.5"],
    ["+3"],
    ["-.5"],
    ["-1e-7"],
    ["+1.E5"],
    ['"-12.5"'],
    ["Kettle = pot"],
    ["a-b"],
    ["'=1"],
    ['"a,=1"'],
    ['"a""\n=1"'],
    ['""'],
    ['"""=1"""'],
    [""],
    ["ﬁne"],
    ["2026-11-22"],
    ["Größe, ✎".replace(",", "")],
  ])("leaves %j as it is", async (cell) => {
    for (const size of [1, 2, 3, Number.POSITIVE_INFINITY])
      expect(await guarded(`h,h\n${cell},${cell}\n${cell}`, size)).toBe(`h,h\n${cell},${cell}\n${cell}`);
  });

  it("reads past the mark of the byte order, and guards a header as any cell", async () => {
    for (const size of [1, 2, Number.POSITIVE_INFINITY]) {
      expect(await guarded("\ufeff=1,b\n", size)).toBe("\ufeff'=1,b\n");
      expect(await guarded("\ufeffa,b\n", size)).toBe("\ufeffa,b\n");
    }
    expect(await guarded("")).toBe("");
  });

  it("changes no cell but by the mark, whatever is written into them", async () => {
    const letters = ["=", "+", "-", "@", "\t", "\r", "\n", '"', ",", "1", ".", "e", "a", "＝", "é", "'"];
    let seed = 7;
    const random = (most: number) => (seed = (seed * 48_271) % 2_147_483_647) % most;
    const text = () => Array.from({ length: random(6) }, () => letters[random(letters.length)]).join("");
    const rows = Array.from({ length: 400 }, () => Array.from({ length: 4 }, text));
    // Bare or in quotation marks, as the writer likes.
    const written = rows.map((row) =>
      row.map((cell) => (/[",\r\n]/.test(cell) || random(2) ? `"${cell.replaceAll('"', '""')}"` : cell)),
    );
    const formula = (cell: string) =>
      /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && !/^[+-](\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/.test(cell);
    const wanted = rows.map((row) => row.map((cell) => (formula(cell) ? `'${cell}` : cell)));
    const csv = written.map((row) => row.join(",")).join("\n");
    for (const size of [1, 7, Number.POSITIVE_INFINITY]) {
      const { data } = Papa.parse(await guarded(csv, size), { newline: "\n", delimiter: "," });
      expect(data).toEqual(wanted);
    }
  });
});
