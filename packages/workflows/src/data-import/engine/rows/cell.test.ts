import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CellReader, Kind } from "./cell.js";

const kindName = (kind: Kind) => Object.entries(Kind).find(([, value]) => value === kind)?.[0];

function read(text: string, decimalMark?: string) {
  const reader = new CellReader(decimalMark?.charCodeAt(0));
  const bytes = Buffer.from(`x${text}y`);
  const kind = reader.read(bytes, 1, bytes.length - 1);
  return { kind: kindName(kind), value: reader.value };
}
const kindOf = (text: string, decimalMark?: string) => read(text, decimalMark).kind;

describe("kinds", () => {
  it.each([
    ["Empty", [""]],
    ["Integer", ["0", "7", "-12", "+3", "999999999999999"]],
    ["Decimal", ["1.5", "-0.25", ".5", "5.", "1e3", "-2.5E-7", "3.14159265358979323846"]],
    ["Code", ["007", "00", "1234567890123456", "-01"]],
    ["Boolean", ["true", "FALSE", "Yes", "no"]],
    ["Date", ["2012-01-31", "2012/02/29", "0001-01-01"]],
    [
      "DateTime",
      ["2012-01-31T10:00", "2012-01-31 10:00:59", "2012/01/31 10:00", "2012-01-31T10:00:00.123456Z"],
    ],
    ["DateTime", ["2012-01-31T10:00:00+02:00", "2012-01-31T10:00-0530", "2012-01-31T10:00:00+02"]],
    ["Missing", ["NA", "n/a", "#N/A", "NULL", "NaN", "None", "\\N"]],
    ["Text", ["abc", "-", "+", ".", "1.2.3", "1e", "1e99999", "1 2", "12a", "0x10", "truest", "falsy", "|n"]],
    [
      "Text",
      ["2012-13-01", "2013-02-29", "2012-1-1", "2012-01/31", "2012-01-31T24:00", "2012-01-31T10:00:61"],
    ],
    ["Text", ["2012-01-31T10", "2012-01-31T10:00:00.", "2012-01-31T10:00+99:00", "2012-01-31x10:00", "1,5"]],
  ])("%s: %j", (kind, texts) => {
    for (const text of texts) expect(kindOf(text), text).toBe(kind);
  });

  it("reads a decimal comma where that is the mark", () => {
    expect(read("-3,25", ",")).toEqual({ kind: "Decimal", value: -3.25 });
    expect(kindOf("3.25", ",")).toBe("Text");
    expect(read("1,5e2", ",")).toEqual({ kind: "Decimal", value: 150 });
  });
});

describe("numbers whose thousands are parted", () => {
  it.each([
    ["1,234.56", ".", 1234.56],
    ["-12,345,678.9", ".", -12_345_678.9],
    ["1.234,56", ",", 1234.56],
    ["+999.999.999,00", ",", 999_999_999],
  ])("%s with the decimal mark %s", (text, mark, value) => {
    expect(read(text, mark)).toEqual({ kind: "Decimal", value });
  });

  it("are text where a group is not whole, there is no decimal mark, or more digits than a number holds", () => {
    const texts = ["1,23.5", "12,3456.7", "1,234", "1,234,567", "1,234.", "1,234,.5", "1.234,5", "1,234.5,6"];
    const more = [
      "0,123.4",
      "1234,567.8",
      "1,234.5x",
      "1,234.5e2",
      ",234.5",
      "1,234,567,890,123.456",
      "1,,234.5",
    ];
    for (const text of [...texts, ...more]) expect(kindOf(text, "."), text).toBe("Text");
    expect(kindOf("1,234.56")).toBe("Text");
    for (const text of ["192.168.100.200", "1.234", "1.234.567", "1,234.5"]) {
      expect(kindOf(text, ","), text).toBe("Text");
    }
  });
});

describe("values", () => {
  it("are exact for codes of more digits than a double holds", () => {
    expect(read("-1261887507196607500")).toEqual({ kind: "Code", value: -1261887507196607500 });
    expect(kindOf("9".repeat(400))).toBe("Text");
  });

  it("are what JavaScript makes of the same number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = String(number);
        expect(read(text).value).toBe(Number(text));
      }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 ** 9 }),
        fc.integer({ min: 0, max: 999_999 }),
        (whole, part) => {
          const text = `${whole}.${part}`;
          expect(read(text).value).toBe(Number(text));
        },
      ),
    );
  });

  it("are the milliseconds that Date gives for the same moment", () => {
    const date = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (moment) => {
        const text = moment.toISOString();
        expect(read(text)).toEqual({ kind: "DateTime", value: moment.getTime() });
        expect(read(text.slice(0, 10))).toEqual({ kind: "Date", value: Date.parse(text.slice(0, 10)) });
      }),
    );
    expect(read("2012-01-31T10:00:00+02:00").value).toBe(Date.parse("2012-01-31T08:00:00Z"));
    expect(read("2012-01-31T10:00:00-05:30").value).toBe(Date.parse("2012-01-31T15:30:00Z"));
  });
});
