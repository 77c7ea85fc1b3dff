import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { memoryContext } from "../../testing.js";
import { defaultLimits, type Limits } from "../engine/limits.js";
import { columnProfileSchema, importResultSchema } from "../result.js";
import { processFile } from "./process-data.handler.js";

const require = createRequire(import.meta.url);
const data = join(require.resolve("vega-datasets"), "../../data");

async function run(name: string, bytes: Uint8Array | string, limits: Partial<Limits> = {}, allowed = 0.05) {
  const memory = memoryContext({}, 1_000);
  const file = memory.upload(name, bytes);
  const result = await processFile({ file, maxRejectedShare: allowed }, memory.ctx, {
    ...defaultLimits,
    ...limits,
  });
  expect(importResultSchema.parse(result)).toEqual(result);
  const rejected = (memory.written.get("rejected-rows.ndjson")?.toString() ?? "").split("\n").filter(Boolean);
  const column = (wanted: string) => result.columns.find(({ name: found }) => found === wanted);
  return { ...memory, result, column, rejected: rejected.map((line) => JSON.parse(line)) };
}

const dataSet = (name: string) => run(name, readFileSync(join(data, name)));

describe("data sets that are well known", () => {
  it("seattle-weather.csv: dates, numbers and five kinds of weather", async () => {
    const { result, column } = await dataSet("seattle-weather.csv");
    expect(result).toMatchObject({ format: "csv", delimiter: ",", encoding: "utf-8", compression: "none" });
    expect(result).toMatchObject({ rowsRead: 1461, rowsAccepted: 1461, rowsRejected: 0, columnCount: 6 });
    expect(column("date")).toMatchObject({ type: "date", min: "2012-01-01", max: "2015-12-31" });
    expect(column("precipitation")).toMatchObject({ type: "number", min: 0, max: 55.9 });
    expect(column("precipitation")?.top.values[0]).toEqual({ value: 0, count: 838 });
    expect(column("weather")?.distinct).toEqual({ count: 5, exact: true });
  });

  it("movies.json: a JSON array with missing values", async () => {
    const { result, column } = await dataSet("movies.json");
    expect(result).toMatchObject({ format: "json", delimiter: null, rowsRead: 3201, rowsRejected: 0 });
    expect(column("IMDB Rating")).toMatchObject({
      type: "number",
      count: 2988,
      nulls: 213,
      min: 1.4,
      max: 9.2,
    });
    expect(column("MPAA Rating")?.top.values[0]).toEqual({ value: "R", count: 1194 });
    expect(column("Title")).toMatchObject({ type: "string", nulls: 1 });
  });

  it("unemployment.tsv: tabs", async () => {
    const { result, column } = await dataSet("unemployment.tsv");
    expect(result).toMatchObject({ delimiter: "\t", rowsRead: 3218 });
    expect(column("rate")).toMatchObject({ type: "number", min: 0.012, max: 0.301 });
  });

  it("zipcodes.csv: codes with leading zeros are text", async () => {
    const { column } = await dataSet("zipcodes.csv");
    expect(column("zip_code")).toMatchObject({ type: "string", length: { min: 5, max: 5, mean: 5 } });
    expect(column("latitude")?.type).toBe("number");
  });
});

describe("what a file may look like", () => {
  it("JSON numbers of more digits than a number holds: codes, each its own, as in CSV", async () => {
    const ids = ["123456789012345678", "123456789012345679", "-18446744073709551616"];
    const nested = '{"of": [123456789012345678, 0.1234567890123456, "1\\"2345678901234567890"]}';
    const rows = ids.map((id) => `{"id": ${id}, "n": 1, "nested": ${nested}, "far": 1E+400}`);
    for (const text of [`[${rows.join(",")}]`, rows.join("\n")]) {
      const { result, column } = await run("ids.json", text);
      expect(result).toMatchObject({ rowsRead: 3, rowsRejected: 0 });
      expect(column("id")).toMatchObject({ type: "string", distinct: { count: 3, exact: true } });
      expect(
        column("id")
          ?.top.values.map(({ value }) => value)
          .sort(),
      ).toEqual(ids.toSorted());
      expect(column("n")).toMatchObject({ type: "integer", max: 1 });
      expect(column("far")?.top.values).toEqual([{ value: "1E+400", count: 3 }]);
      expect(column("nested")?.top.values[0]?.value).toBe(
        '{"of":["123456789012345678",0.1234567890123456,"1\\"2345678901234567890"]}',
      );
    }
    const few = Array.from({ length: 300 }, (_, n) => `{"n": ${n === 7 ? "1234567890123456789" : n}}`);
    expect((await run("n.json", few.join("\n"))).column("n")).toMatchObject({ type: "integer", count: 300 });
    // What lies beyond all bounds is no number, as in CSV.
    const one = Array.from({ length: 300 }, (_, n) => `{"n": ${n === 7 ? "9".repeat(310) : n}}`);
    const beyond = await run("n.json", one.join("\n"));
    expect(beyond.result).toMatchObject({ rowsRead: 300, rowsRejected: 1 });
    expect(beyond.column("n")).toMatchObject({ type: "integer", max: 299 });
  });

  it("gzip: facts of the uploaded and of the inflated bytes", async () => {
    const bytes = gzipSync("a,b\n1,x\n2,y\n");
    const { result } = await run("t.csv.gz", bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(result).toMatchObject({
      compression: "gzip",
      bytes: bytes.length,
      inflatedBytes: 12,
      sha256,
      rowsRead: 2,
    });
  });

  it("UTF-16, semicolons and decimal commas", async () => {
    const { result, column } = await run(
      "t.csv",
      Buffer.from("\ufeffname;price\r\nä;1,5\r\nö;2,25\r\n", "utf16le"),
    );
    expect(result).toMatchObject({ encoding: "utf-16le", delimiter: ";", rowsAccepted: 2 });
    expect(column("price")).toMatchObject({ type: "number", min: 1.5, max: 2.25, mean: 1.875 });
  });

  it("amounts of which few reach a thousand: the largest ones are not left out", async () => {
    const amounts = Array.from({ length: 200 }, (_, n) => (n % 50 === 0 ? "1.234.567,89" : `${n},50`));
    const { result, column } = await run(
      "betraege.csv",
      `name;amount\n${amounts.map((one) => `x;${one}`).join("\n")}`,
    );
    expect(result).toMatchObject({ delimiter: ";", rowsRead: 200, rowsRejected: 0 });
    expect(column("amount")).toMatchObject({ type: "number", count: 200, max: 1_234_567.89 });
  });

  it("a hint of Excel, pipes, quoted line ends and blank column names", async () => {
    const { result, column } = await run("t.csv", 'sep=|\r\nid||note\r\n1|x|"two\r\nlines"\r\n2|y|z\r\n');
    expect(result).toMatchObject({ delimiter: "|", rowsRead: 2, rowsRejected: 0 });
    expect(result.columns.map(({ name }) => name)).toEqual(["id", "column 2", "note"]);
    expect(column("note")?.top.values.map(({ value }) => value)).toContain("two\r\nlines");
  });

  it("a list of one column", async () => {
    const { result } = await run("t.txt", "email\na@example.com\nb@example.com\n");
    expect(result).toMatchObject({ columnCount: 1, rowsRead: 2 });
  });

  it("NDJSON with columns that turn up late, nested values and types of JSON", async () => {
    const lines = [
      ...Array.from({ length: 4_000 }, () => '{"id":1,"code":"007"}'),
      '{"id":2.5,"code":"8","tags":["a",{"b":1}]}',
      '{"id":null,"on":true}',
    ];
    const { result, column } = await run("t.ndjson", lines.join("\n"), { sampleBytes: 10 });
    expect(result).toMatchObject({ format: "ndjson", rowsRead: 4_002, rowsRejected: 0, columnCount: 4 });
    expect(column("id")).toMatchObject({ type: "number", count: 4_001, nulls: 1 });
    expect(column("code")).toMatchObject({ type: "string", count: 4_001, nulls: 1 });
    expect(column("tags")?.top.values).toEqual([{ value: '["a",{"b":1}]', count: 1 }]);
    expect(column("on")).toMatchObject({ type: "boolean", count: 1, nulls: 4_001 });
  });

  it("the same result however the bytes arrive, and again on a repeat", async () => {
    const { result } = await run("t.csv", readFileSync(join(data, "birdstrikes.csv")));
    const memory = memoryContext({}, 77_777);
    const file = memory.upload("t.csv", readFileSync(join(data, "birdstrikes.csv")));
    const again = await processFile({ file, maxRejectedShare: 0.05 }, memory.ctx);
    const { durationMs: _a, profileArtifactId: _b, ...one } = result;
    const { durationMs: _c, profileArtifactId: _d, ...other } = again;
    expect(other).toEqual(one);
  });
});

describe("rejected rows", () => {
  const good = Array.from({ length: 100 }, (_, i) => `${i},name ${i}`).join("\n");

  it("are listed with line, reason and text, and are no part of the profile", async () => {
    const { result, rejected, column } = await run(
      "t.csv",
      `id,name\n${good}\nx1,odd\n7\n8,"a"b\n9,"open\n`,
      {},
      0.1,
    );
    expect(result).toMatchObject({ outcome: "accepted", rowsRead: 104, rowsAccepted: 100, rowsRejected: 4 });
    expect(rejected).toEqual([
      expect.objectContaining({ line: 102, code: "WRONG_TYPE", column: "id", row: "x1,odd" }),
      expect.objectContaining({
        line: 103,
        code: "WRONG_FIELD_COUNT",
        reason: "1 value where there are 2 columns.",
        row: "7",
      }),
      expect.objectContaining({ line: 104, code: "BROKEN_QUOTES", row: '8,"a"b' }),
      expect.objectContaining({ line: 105, code: "BROKEN_QUOTES", row: '9,"open' }),
    ]);
    expect(rejected[0].reason).toBe('"x1" is not a number, as the other values of "id" are.');
    expect(column("id")).toMatchObject({ type: "integer", count: 100, max: 99 });
    expect(column("name")?.distinct.count).toBe(100);
  });

  it("are reported when they are too many", async () => {
    const { result } = await run("t.csv", "a,b\n1,2\n1\n1\n1,2\n");
    expect(result).toMatchObject({ outcome: "too-many-rejected", rejectedShare: 0.5, rejectedListed: 2 });
    expect(result.summary).toBe(
      "2 of 4 rows (50 %) were rejected, more than the 5 % that this import allows. The list of rejected rows says why.",
    );
  });

  it("come from JSON too: broken, no object, too deep, too long, of another type", async () => {
    const deep = `{"id":1,"x":${"[".repeat(100)}${"]".repeat(100)}}`;
    const many = Array.from({ length: 100 }, (_, i) => `{"id":${i}}`).join("\n");
    const bad = ['{"id":}', "[1]", deep, `{"id":1,"x":"${"y".repeat(500)}"}`, '{"id":"one"}'].join("\n");
    const { rejected, result } = await run("t.ndjson", `${many}\n${bad}`, { maxCellBytes: 400 });
    expect(rejected.map(({ line, code }) => [line, code])).toEqual([
      [101, "BROKEN_JSON"],
      [102, "NOT_AN_OBJECT"],
      [103, "TOO_DEEP"],
      [104, "TOO_LONG"],
      [105, "WRONG_TYPE"],
    ]);
    expect(result.rowsAccepted).toBe(100);
  });

  it("are listed up to a bound, cut where they are long, and counted beyond it", async () => {
    const text = `a,b\n${`${"x".repeat(300)}\n`.repeat(50)}1,2\n`;
    const limits = { maxRejectedBytes: 2_000, maxRejectedRowBytes: 100 };
    const { result, rejected } = await run("t.csv", `sep=,\n${text}`, limits, 1);
    expect(result).toMatchObject({ rowsRejected: 50, rejectedListed: rejected.length });
    expect(rejected.length).toBeGreaterThan(3);
    expect(rejected.length).toBeLessThan(20);
    expect(rejected[0].row).toBe(`${"x".repeat(100)}…`);
  });
});

describe("types that the beginning of a file does not show", () => {
  it("are found by reading again, and rows are judged by them", async () => {
    const head = Array.from({ length: 20_000 }, (_, i) => i).join("\n");
    const tail = Array.from({ length: 30_000 }, (_, i) => `word ${i}`).join("\n");
    const limits = { sampleBytes: 1_000 };
    const { result, column, rejected, progress } = await run("t.csv", `v\n${head}\n${tail}\n`, limits);
    expect(result).toMatchObject({ rowsRead: 50_000, rowsRejected: 0 });
    expect(column("v")).toMatchObject({ type: "string", count: 50_000 });
    expect(rejected).toEqual([]);
    expect(progress.some(({ message }) => message?.includes('"v" turned out to hold text'))).toBe(true);
  });

  it("are numbers where the beginning was empty", async () => {
    const { column } = await run("t.csv", `a,b\n${"x,\n".repeat(30_000)}${"y,5\n".repeat(100)}`, {
      sampleBytes: 1_000,
    });
    expect(column("b")).toMatchObject({ type: "integer", count: 100, nulls: 30_000, mean: 5 });
  });
});

describe("files that are refused", () => {
  it.each<[string, string, Uint8Array | string, RegExp]>([
    ["an empty file", "EMPTY_FILE", "", /empty/],
    ["blanks", "EMPTY_FILE", " \n\n ", /empty/],
    ["a header without rows", "NO_ROWS", "a,b\n", /header but no rows/],
    [
      "a name that is quoted and never closed",
      "NOT_A_TABLE",
      'a,"b\n1,2\n3,4\n',
      /first line opens a quotation mark/,
    ],
    ["an empty array", "NO_ROWS", "[]", /no rows/],
    ["duplicate headers", "DUPLICATE_COLUMNS", "a,b, a\n1,2,3\n", /Two columns are called "a"/],
    [
      "prose",
      "NOT_A_TABLE",
      "It was, as I said, late.\nWe went home\nand, well, slept.\nThe end, or so.\nNo, yes\n".repeat(9),
      /not look like a table/,
    ],
    ["a web page", "NOT_A_TABLE", "<!doctype html><p>Not found</p>", /web page/],
    ["one JSON object", "NOT_A_TABLE", '{\n  "a": 1\n}', /neither an array of objects/],
    ["an array of numbers", "NOT_A_TABLE", "[1, 2]", /not objects/],
    ["only broken rows", "NOT_A_TABLE", "[{]}, {]}]", /./],
    ["a workbook", "NOT_A_TABLE", "PK\x03\x04....", /Excel/],
    ["zero bytes", "NOT_A_TABLE", Buffer.alloc(3_000), /binary/],
    ["a line over the limit", "LINE_TOO_LONG", `a,b\n1,"${"x".repeat(5_000)}"\n`, /line 2 is longer/],
    [
      "a huge quoted field",
      "LINE_TOO_LONG",
      `a,b\n1,2\n1,"${"x,\n".repeat(5_000)}`,
      /line 3 is longer.*never closed/,
    ],
    ["a million columns", "TOO_MANY_COLUMNS", `${"a,".repeat(1_000)}b\n`, /at most 20/],
    [
      "many keys",
      "TOO_MANY_COLUMNS",
      Array.from({ length: 30 }, (_, i) => `{"k${i}":1}`).join("\n"),
      /more than 20/,
    ],
    ["a bomb", "INFLATED_TOO_LARGE", gzipSync("a,b\n1,2\n".repeat(20_000)), /unpacks to more than/],
    ["a truncated gzip", "BROKEN_GZIP", gzipSync("a,b\n1,2\n".repeat(500)).subarray(0, -9), /cut off/],
    ["another encoding", "WRONG_ENCODING", Buffer.from("a,\x81\n", "latin1"), /Save it as UTF-8/],
    ["an open array", "BROKEN_JSON", '[{"a":1},', /cut off/],
  ])("%s", async (_what, code, bytes, message) => {
    const limits = { maxRecordBytes: 4_000, maxColumns: 20, maxInflatedBytes: 100_000, sampleBytes: 2_000 };
    const failing = run("t.csv", bytes, limits);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toMatchObject({ name: "FatalError", code });
  });

  it("a file that was removed after the upload", async () => {
    const { ctx } = memoryContext();
    const missing = processFile({ file: "7f1c8f0e-8f5e-4b0e-9c3a-000000000000", maxRejectedShare: 0 }, ctx);
    await expect(missing).rejects.toMatchObject({ name: "FatalError", code: "ARTIFACT_NOT_FOUND" });
  });

  it("a download that stops short is tried again", async () => {
    const memory = memoryContext();
    const { open } = memory.ctx.artifacts;
    const artifacts = {
      ...memory.ctx.artifacts,
      open: async (id: string) => ({ ...(await open(id)), size: 99 }),
    };
    const file = memory.upload("t.csv", "a,b\n1,2\n");
    const failing = processFile({ file, maxRejectedShare: 0 }, { ...memory.ctx, artifacts });
    await expect(failing).rejects.toMatchObject({ name: "RetryableError", code: "FILE_CHANGED" });
  });
});

describe("a run under way", () => {
  it("reports progress by bytes, up to the end", async () => {
    const { progress } = await run("t.csv", `a,b\n${"1,2\n".repeat(100_000)}`);
    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions.length).toBeGreaterThan(5);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it("stops when it is cancelled, with the signal's reason", async () => {
    const memory = memoryContext();
    const file = memory.upload("t.csv", `a,b\n${"1,2\n".repeat(500_000)}`);
    const ctx = { ...memory.ctx, progress: () => memory.abort.abort(new Error("cancelled")) };
    await expect(processFile({ file, maxRejectedShare: 0 }, ctx)).rejects.toThrow("cancelled");
    expect(memory.written.size).toBe(0);
  });

  it("keeps the result small for a wide table, and the whole profile in the file", async () => {
    const names = Array.from({ length: 600 }, (_, i) => `a rather long column name ${i}`);
    const row = names.map((_, i) => `${i}.5`).join(",");
    const { result, written } = await run("t.csv", `${names.join(",")}\n${row}\n${row}\n`);
    expect(JSON.stringify(result).length).toBeLessThan(100_000);
    expect(result.columnCount).toBe(600);
    expect(result.cut).toMatch(/^Only the first \d+ of 600 columns/);
    const profile = JSON.parse((written.get("profile.json") as Buffer).toString());
    expect(profile.columns).toHaveLength(600);
    expect(profile.sha256).toBe(result.sha256);
    for (const column of profile.columns) columnProfileSchema.parse(column);
  });
});
