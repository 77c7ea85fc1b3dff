import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvParser, type CsvOptions, type Flaw } from "./csv-parser.js";

interface Parsed {
  readonly fields: string[];
  readonly line: number;
  readonly flaw: Flaw | null;
  readonly raw: string;
}

function parse(chunks: readonly (string | Uint8Array)[], options: Partial<CsvOptions> = {}): Parsed[] {
  const found: Parsed[] = [];
  const all = { delimiter: 44, newline: "lf", maxRecordBytes: 1_000_000, maxFields: 50, ...options } as const;
  const parser = new CsvParser(all, ({ bytes, starts, ends, count, line, flaw, rawStart, rawEnd }) => {
    const text = (source: Uint8Array, start = 0, end = 0) =>
      Buffer.from(source.subarray(start, end)).toString();
    const fields = Array.from({ length: Math.min(count, all.maxFields) }, (_, i) =>
      text(bytes, starts[i], ends[i]),
    );
    found.push({ fields, line, flaw, raw: text(bytes, rawStart, rawEnd) });
  });
  for (const chunk of chunks) parser.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  parser.end();
  return found;
}

const rows = (text: string, options?: Partial<CsvOptions>) =>
  parse([text], options).map(({ fields }) => fields);

describe("records and fields", () => {
  it("ends a record at LF, CRLF and the end of the file", () => {
    expect(rows("a,b\r\nc,d\ne,f")).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
    ]);
    expect(rows("a,b\rc,d", { newline: "cr" })).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("keeps empty fields and skips empty lines", () => {
    expect(rows(",,\n\n\r\nx,,y\n")).toEqual([
      ["", "", ""],
      ["x", "", "y"],
    ]);
    expect(rows('""\n')).toEqual([[""]]);
  });

  it("takes separators, line ends and doubled quotation marks within quotation marks", () => {
    expect(rows('"a,1","b\r\n2","c ""3"""\r\nd,e,f\r\n')).toEqual([
      ["a,1", "b\r\n2", 'c "3"'],
      ["d", "e", "f"],
    ]);
  });

  it("takes a quotation mark inside an unquoted field as it stands", () => {
    expect(rows('5" pipe,""""\nx"y""z,w\n')).toEqual([
      ['5" pipe', '"'],
      ['x"y""z', "w"],
    ]);
  });

  it("splits at other separators", () => {
    expect(rows("a;b\nc,c;d\n", { delimiter: 59 })).toEqual([
      ["a", "b"],
      ["c,c", "d"],
    ]);
  });

  it("counts fields past the most it keeps", () => {
    const counts: number[] = [];
    const options = { delimiter: 44, newline: "lf", maxRecordBytes: 10_000_000, maxFields: 3 } as const;
    const parser = new CsvParser(options, ({ count }) => counts.push(count));
    parser.push(Buffer.from(`${",".repeat(999_999)}\n`));
    expect(counts).toEqual([1_000_000]);
  });
});

describe("lines and flaws", () => {
  it("knows the line on which a record begins", () => {
    const found = parse(['h\n\n"two\nlines"\nlast\n']);
    expect(found.map(({ line, fields }) => [line, fields[0]])).toEqual([
      [1, "h"],
      [3, "two\nlines"],
      [5, "last"],
    ]);
  });

  it("says so when there is text after a closing quotation mark, and goes on with the next record", () => {
    const found = parse(['"a"b,c\nd,e\n']);
    expect(found.map(({ flaw }) => flaw)).toEqual(["TEXT_AFTER_QUOTE", null]);
    expect(found[0]?.raw).toBe('"a"b,c');
    expect(found[1]?.fields).toEqual(["d", "e"]);
  });

  it("says so when a quotation mark is never closed", () => {
    const [, second] = parse(['a,b\n"c,d\ne,f']);
    expect(second).toEqual({ fields: ["c,d\ne,f"], line: 2, flaw: "UNCLOSED_QUOTE", raw: '"c,d\ne,f' });
  });

  it("refuses a record over the limit, whether it has come to its end or not", () => {
    const options = { maxRecordBytes: 100 };
    const message = /line 2 is longer than 100 bytes/;
    expect(() => rows(`a\n${"x".repeat(101)}\n`, options)).toThrow(message);
    expect(() => parse(["a\n", ...Array.from({ length: 30 }, () => "xxxx")], options)).toThrow(message);
    expect(rows(`${"x".repeat(100)}\n`, options)).toHaveLength(1);
  });
});

const cell = fc.string({
  unit: fc.constantFrom("a", "é", "😀", ",", '"', "\n", "\r\n", " ", "1"),
  maxLength: 6,
});
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const written = (cells: string[][], end: string) =>
  cells.map((row) => row.map(quoted).join(",") + end).join("");

describe("properties", () => {
  it("reads back what was written", () => {
    fc.assert(
      fc.property(table, fc.constantFrom("\n", "\r\n"), (cells, end) => {
        expect(rows(written(cells, end))).toEqual(cells);
      }),
    );
  });

  it("gives the same records wherever the chunks are cut", () => {
    const text = 'id,"na""me"\r\n1,"é, ""x""\r\ny"\r\n\r\n2,"😀"z\n"",\r\n3,"open\nend';
    const bytes = Buffer.from(text);
    const whole = parse([text]);
    expect(whole).toHaveLength(5);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(whole);
    }
    expect(parse(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });
});
