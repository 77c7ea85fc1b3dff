import { describe, expect, it } from "vitest";
import { joined } from "./joined.js";
import { profileOf } from "./profile.js";

async function* chunks(text: string, size = 7) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* parted(...parts: string[]) {
  for (const [part, text] of parts.entries()) {
    for await (const bytes of chunks(text, 3)) yield { part, bytes };
  }
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of stream) all.push(chunk);
  return Buffer.concat(all).toString();
}

describe("a profile", () => {
  it("tells each column's type by all of its values, and shows the first rows", async () => {
    const table =
      'name,n,share,day,at,flag,none,mixed\n"Kettle, steel",1,0.5,2026-10-01,2026-10-01 10:00:00,true,,1\nÄ,2,3,2026-10-02,2026-10-02 00:00:00,false,,x\n';
    const profile = await profileOf(chunks(table));
    expect(profile.rows).toBe(2);
    expect(profile.columns.map(({ type }) => type)).toEqual([
      "string",
      "integer",
      "number",
      "date",
      "datetime",
      "boolean",
      "empty",
      "string",
    ]);
    expect(profile.columns[6]).toEqual({ name: "none", type: "empty", nulls: 2 });
    expect(profile.preview[0]?.slice(0, 2)).toEqual(["Kettle, steel", "1"]);
    expect(profile.preview[1]?.[6]).toBeNull();
  });

  it("shows fifty rows at most, and no more text than a run's output holds", async () => {
    const many = await profileOf(chunks(`n\n${"1\n".repeat(1_000)}`, 999));
    expect([many.rows, many.preview.length]).toEqual([1_000, 50]);
    const wide = await profileOf(
      chunks(`a,b\n${`${"x".repeat(500)},${"y".repeat(500)}\n`.repeat(200)}`, 4_096),
    );
    expect(wide.preview.flat().join("").length).toBeLessThanOrEqual(30_000);
  });

  it("is nothing for a header alone, and refuses what is no table", async () => {
    expect(await profileOf(chunks("a,b\n"))).toMatchObject({
      rows: 0,
      preview: [],
      columns: [{ type: "empty" }, {}],
    });
    await expect(profileOf(chunks("a,b\n1,2,3\n"))).rejects.toMatchObject({ code: "RESULT_NO_TABLE" });
  });
});

describe("joined parts", () => {
  it("have one header, also where it holds a line end or a part ends without one", async () => {
    const header = '"a\nb",c\n';
    expect(await text(joined(parted(`${header}1,2`, `${header}3,4\n`)))).toBe(`${header}1,2\n3,4\n`);
    expect(await text(joined(parted("a")))).toBe("a");
  });

  it("of different tables are refused", async () => {
    await expect(text(joined(parted("a\n1\n", "b\n2\n")))).rejects.toMatchObject({ code: "RESULT_MIXED" });
  });
});
