import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { collect, memoryObjects } from "./memory-objects.js";
import { readItems } from "./read.js";

const getObject = "arn:aws:states:::s3:getObject";

interface Case {
  config?: unknown;
  key?: string;
  pieceBytes?: number;
  resource?: string;
  parameters?: unknown;
}

async function read(body: string | Uint8Array, { key = "file", ...given }: Case = {}) {
  const objects = memoryObjects({ data: { [key]: body } }, { pieceBytes: given.pieceBytes ?? 65_536 });
  const reader = {
    resource: given.resource ?? getObject,
    parameters: given.parameters ?? { Bucket: "data", Key: key },
    config: given.config,
  };
  return (await collect(readItems(objects, reader))).map(({ value }) => value);
}

const csv = (more: object = {}) => ({ InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", ...more });
const given = (...CSVHeaders: string[]) => csv({ CSVHeaderLocation: "GIVEN", CSVHeaders });
const failure = (message: string | RegExp) =>
  expect.objectContaining({ error: "States.ItemReaderFailed", message: expect.stringMatching(message) });

describe.each([65_536, 1])("CSV in pieces of %i bytes", (pieceBytes) => {
  const rows = (body: string, config: object = csv()) => read(body, { config, pieceBytes });

  it("gives strings, with empty ones for what a row lacks and nothing for what it has too many", async () => {
    expect(await rows("a,b\n1\n2,3,4\n true ,null\n,,,\n")).toEqual([
      { a: "1", b: "" },
      { a: "2", b: "3" },
      { a: " true ", b: "null" },
      { a: "", b: "" },
    ]);
  });

  it("takes the names of the columns from the definition", async () => {
    expect(await rows("x,y", given("first", "second", "third"))).toEqual([
      { first: "x", second: "y", third: "" },
    ]);
  });

  it("reads quotes, line ends of every kind, empty lines and a byte order mark", async () => {
    const body = '\uFEFFa,b\r\n"x, ""y""\nz",""\r\n\r\n"é",2\r"",\nlast,"end"';
    expect(await rows(body)).toEqual([
      { a: 'x, "y"\nz', b: "" },
      { a: "é", b: "2" },
      { a: "", b: "" },
      { a: "last", b: "end" },
    ]);
  });

  it("reads the example of the developer guide", async () => {
    const line = 'abc,123,"Commas, a quote (""), and a newline (\n)",{""MyKey"":""MyValue""},"[1,2,3]"';
    expect(await rows(line, given("letters", "numbers", "text", "object", "array"))).toEqual([
      {
        letters: "abc",
        numbers: "123",
        text: 'Commas, a quote ("), and a newline (\n)',
        object: '{"MyKey":"MyValue"}',
        array: "[1,2,3]",
      },
    ]);
  });

  it("takes a backslash for an escape of quotes, separators and itself, and drops any other", async () => {
    expect(
      await rows('a,b\nC:\\\\Program Files\\\\x.exe,\\"q\\"\n"in \\"quotes\\"",one\\,two\nt\\ab,'),
    ).toEqual([
      { a: "C:\\Program Files\\x.exe", b: '"q"' },
      { a: 'in "quotes"', b: "one,two" },
      { a: "tab", b: "" },
    ]);
  });

  it("keeps a lone quote within a field", async () => {
    expect(await rows('a,b\n5" pipe,it"')).toEqual([{ a: '5" pipe', b: 'it"' }]);
  });

  it.each([
    ["PIPE", "|"],
    ["SEMICOLON", ";"],
    ["SPACE", " "],
    ["TAB", "\t"],
    ["COMMA", ","],
  ])("separates fields by %s", async (CSVDelimiter, separator) => {
    expect(await rows(`a${separator}b\n1${separator}2`, csv({ CSVDelimiter }))).toEqual([{ a: "1", b: "2" }]);
  });
});

describe("CSV", () => {
  it("writes columns in AWS's order", async () => {
    const [row] = await read("userId,movieId,rating,timestamp\n1,307,3.5,1256677221", { config: csv() });
    expect(JSON.stringify(row)).toBe(
      '{"rating":"3.5","movieId":"307","userId":"1","timestamp":"1256677221"}',
    );
  });

  it("makes members of names that objects have of themselves", async () => {
    const [row] = await read("__proto__,constructor\n1,2", { config: csv() });
    expect(JSON.stringify(row)).toContain('"__proto__":"1"');
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  it("is empty without rows", async () => {
    expect(await read("", { config: csv() })).toEqual([]);
    expect(await read("a,b\n", { config: csv() })).toEqual([]);
  });

  it.each([
    ["a,b,a\n1,2,3", csv(), "CSV headers cannot contain duplicates."],
    ["1,2", given("a", "a"), "CSV headers cannot contain duplicates."],
    [`${"x".repeat(10_241)}\n1`, csv(), "10 KiB"],
    ["a\n1", csv({ CSVDelimiter: "COLON" }), "CSVDelimiter must be one of COMMA"],
    ["a\n1", csv({ CSVHeaderLocation: "GIVEN" }), "CSVHeaders must be an array of strings"],
  ])("refuses %j with %j", async (body, config, message) => {
    await expect(read(body, { config })).rejects.toEqual(failure(message));
  });

  it("refuses a record without end", async () => {
    const body = `a,b\n"${"x".repeat(9 * 1024 * 1024)}`;
    await expect(read(body, { config: csv() })).rejects.toEqual(failure("larger than 8 MB"));
  });
});

describe("MaxItems", () => {
  const rows = (MaxItems: unknown) => read("a\n1\n2\n3", { config: csv({ MaxItems }) });

  it.each([
    [0, 3],
    [2, 2],
    ["2", 2],
    [100_000_001, 3],
    [undefined, 3],
  ])("of %j reads %i of 3 rows", async (limit, count) => expect(await rows(limit)).toHaveLength(count));

  it.each([
    [-1, "field MaxItems must be positive"],
    [1.5, "field MaxItems must be an integer"],
    ["many", "field MaxItems must be an integer"],
    [{}, "field MaxItems must be an integer"],
  ])("refuses %j", (limit, message) => expect(rows(limit)).rejects.toEqual(failure(message)));
});

describe.each([65_536, 1])("JSON in pieces of %i bytes", (pieceBytes) => {
  const json = (body: string, config: object = {}) =>
    read(body, { config: { InputType: "JSON", ...config }, pieceBytes });

  it("gives the elements of an array as they are", async () => {
    const values = [1, "a, ]\\", { b: [1, { c: "}" }], d: '"' }, [], null, true, ["é", [2]], -0.5];
    expect(await json(` \n${JSON.stringify(values, null, 2)} \n`)).toEqual(values);
    expect(await json("[ ]")).toEqual([]);
  });

  it("finds the array that ItemsPointer names", async () => {
    const document = JSON.stringify({ "a/b": [{ "c~": [{ n: 1 }, { n: 2 }] }] });
    expect(await json(document, { ItemsPointer: "/a~1b/0/c~0", MaxItems: 1 })).toEqual([{ n: 1 }]);
    expect(await json("[7]", { ItemsPointer: "" })).toEqual([7]);
    await expect(json(document, { ItemsPointer: "/a~1b/1" })).rejects.toEqual(failure("names nothing"));
    await expect(json(document, { ItemsPointer: "/a~1b/0" })).rejects.toEqual(failure("non-iterable"));
    await expect(json(document, { ItemsPointer: "$.a" })).rejects.toEqual(failure("begins with '/'"));
  });

  it.each(['{"a":[1]}', '"text"', "12", "null", "true"])("refuses %s, which is no array", (body) =>
    expect(json(body)).rejects.toEqual(failure(/^Attempting to map over non-iterable node\.$/)),
  );

  it.each(["", "  ", "[1", "[1,]", "[1 2]", "[1] 2", "[}", '["a', "{]", "a,b", "[,1]"])(
    "refuses %j, which is no JSON",
    (body) => expect(json(body)).rejects.toEqual(failure("The file is not valid JSON")),
  );
});

it("reads a JSON array of any length, but no element of more than 8 MB", async () => {
  const config = { InputType: "JSON" };
  const item = JSON.stringify("x".repeat(1024 * 1024));
  expect(await read(`[${Array(20).fill(item).join(",")}]`, { config })).toHaveLength(20);
  const huge = `["${"x".repeat(9 * 1024 * 1024)}"]`;
  await expect(read(huge, { config })).rejects.toEqual(failure("larger than 8 MB"));
});

it("reads no further than MaxItems asks", async () => {
  expect(await read("[1, 2, oh no", { config: { InputType: "JSON", MaxItems: 2 } })).toEqual([1, 2]);
});

describe("JSON Lines", () => {
  it.each([65_536, 1])("holds a value in each line, in pieces of %i bytes", async (pieceBytes) => {
    const config = { InputType: "JSONL" };
    expect(await read('{"a":1}\r\n\n[2]\n"é"', { config, pieceBytes })).toEqual([{ a: 1 }, [2], "é"]);
    expect(await read("", { config, pieceBytes })).toEqual([]);
  });

  it("refuses a line that is no JSON", async () => {
    const config = { InputType: "JSONL" };
    await expect(read("1\n{a}\n", { config })).rejects.toEqual(failure("not valid JSON"));
  });
});

describe("an object", () => {
  it("is unpacked where its name says so", async () => {
    const body = gzipSync("a\n1");
    expect(await read(body, { config: csv(), key: "file.csv.gz" })).toEqual([{ a: "1" }]);
    const cut = body.subarray(0, 15);
    await expect(read(cut, { config: csv(), key: "file.csv.gz" })).rejects.toEqual(
      failure("whole GZIP file"),
    );
    await expect(read(body, { config: csv(), key: "file.zst" })).rejects.toEqual(failure("Zstandard"));
    // It is not asked for: what is opened and not read stays open.
    const parameters = { Bucket: "none", Key: "file.zst" };
    await expect(read(body, { config: csv(), parameters })).rejects.toEqual(failure("Zstandard"));
  });

  it("that is not there fails with what S3 said", async () => {
    const at = (parameters: object) => read("", { config: csv(), parameters });
    await expect(at({ Bucket: "data", Key: "none" })).rejects.toEqual(
      failure("The specified key does not exist. (Service: S3, Status Code: 404)".replace(/[()]/g, "\\$&")),
    );
    await expect(at({ Bucket: "none", Key: "file" })).rejects.toEqual(
      failure("specified bucket does not exist"),
    );
    await expect(at({ Bucket: "data" })).rejects.toEqual(failure("Key must be a string"));
    await expect(at({ Bucket: 1, Key: "file" })).rejects.toEqual(failure("Bucket must be a string"));
  });

  it.each(["PARQUET", "XML", undefined])("of type %s is refused with a sentence", (InputType) =>
    expect(read("PAR1", { config: { InputType } })).rejects.toEqual(failure(/Parquet|InputType must be/)),
  );
});

describe("several objects", () => {
  const all = async (objects: ReturnType<typeof memoryObjects>, reader: Parameters<typeof readItems>[1]) =>
    collect(readItems(objects, reader));
  const lists = "arn:aws:states:::s3:listObjectsV2";
  const objects = memoryObjects({
    data: { "in/b.jsonl": "1\n2", "in/": "", "in/a.jsonl": "3", "other.jsonl": "4" },
  });

  it("are listed, each with what is known of it", async () => {
    const items = await all(objects, { resource: lists, parameters: { Bucket: "data", Prefix: "in/a" } });
    expect(items).toEqual([
      {
        source: "S3://data",
        value: {
          Etag: '"1"',
          Key: "in/a.jsonl",
          LastModified: 1_700_000_000,
          Size: 1,
          StorageClass: "STANDARD",
        },
      },
    ]);
    expect(await all(objects, { resource: lists, parameters: { Bucket: "data" } })).toHaveLength(4);
    await expect(all(objects, { resource: lists, parameters: { Bucket: "none" } })).rejects.toEqual(
      failure("bucket does not exist"),
    );
  });

  it("are read one after the other with LOAD_AND_FLATTEN", async () => {
    const config = { Transformation: "LOAD_AND_FLATTEN", InputType: "JSONL", MaxItems: 2 };
    const parameters = { Bucket: "data", Prefix: "in/" };
    expect(await all(objects, { resource: lists, parameters, config })).toEqual([
      { value: 3, source: "S3://data/in/a.jsonl" },
      { value: 1, source: "S3://data/in/b.jsonl" },
    ]);
  });

  it("are found by the manifest of an inventory, in their columns' order of AWS", async () => {
    const manifest = {
      destinationBucket: "arn:aws:s3:::inventory",
      fileFormat: "CSV",
      fileSchema: "Bucket, Key, Size, LastModifiedDate",
      files: [{ key: "data/1.csv.gz" }, { key: "data/2.csv.gz" }],
    };
    const inventory = memoryObjects({
      data: { "manifest.json": JSON.stringify(manifest), "bad.json": "{}" },
      inventory: {
        "data/1.csv.gz": gzipSync('"source","csv/","0","2022-11-16T00:27:19.000Z"\n'),
        "data/2.csv.gz": gzipSync('"source","csv/t.csv","33","2022-11-16T00:29:32.000Z"\n'),
      },
    });
    const config = { InputType: "MANIFEST" };
    const parameters = { Bucket: "data", Key: "manifest.json" };
    const items = await all(inventory, { resource: getObject, parameters, config });
    expect(items).toHaveLength(2);
    expect(items[1]?.source).toBe("S3://inventory/data/2.csv.gz");
    expect(JSON.stringify(items[1]?.value)).toBe(
      '{"LastModifiedDate":"2022-11-16T00:29:32.000Z","Bucket":"source","Size":"33","Key":"csv/t.csv"}',
    );
    const bad = { resource: getObject, parameters: { ...parameters, Key: "bad.json" }, config };
    await expect(all(inventory, bad)).rejects.toEqual(failure("not the manifest of an S3 inventory"));
  });

  it("are found by the manifest of an Athena query", async () => {
    const athena = memoryObjects({
      data: {
        "q-manifest.csv": "s3://data/p1\ns3://data/p2.gz\n",
        p1: '{"a":1}',
        "p2.gz": gzipSync('{"a":2}'),
      },
    });
    const reader = {
      resource: getObject,
      parameters: { Bucket: "data", Key: "q-manifest.csv" },
      config: { ManifestType: "ATHENA_DATA", InputType: "JSONL" },
    };
    expect(await all(athena, reader)).toEqual([
      { value: { a: 1 }, source: "S3://data/p1" },
      { value: { a: 2 }, source: "S3://data/p2.gz" },
    ]);
  });
});
