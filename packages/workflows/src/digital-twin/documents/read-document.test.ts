import { deflateRawSync, deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { docx, pdf, zip } from "../testing/documents.js";
import { readDocument } from "./read-document.js";

const { signal } = new AbortController();
const read = (name: string, bytes: Uint8Array | string, most?: number) =>
  readDocument(name, typeof bytes === "string" ? Buffer.from(bytes) : bytes, {
    signal,
    ...(most !== undefined && { most }),
  });

describe("reading a document", () => {
  it.each([
    ["a.txt", "Four score and seven years ago.", "txt", "Four score and seven years ago."],
    ["a.txt", Buffer.from("\ufeffcaf\u00e9", "utf16le"), "txt", "café"],
    ["a.txt", Buffer.from("caf\u00e9", "latin1"), "txt", "café"],
    [
      "a.md",
      "# Title\n\nSome **bold** [link](https://x.example).\n\n- one\n",
      "md",
      "Title\n\nSome bold link.\n\none",
    ],
    [
      "a.html",
      "<html><body><nav>Menu</nav><main><h1>War</h1><p>It came.</p><script>steal()</script></main></body></html>",
      "html",
      "War\n\nIt came.",
    ],
    [
      "a.pdf",
      pdf(["With malice toward none,", "with charity for all."]),
      "pdf",
      "With malice toward none,\nwith charity for all.",
    ],
    ["a.docx", docx(["A house divided", "cannot stand."]), "docx", "A house divided\n\ncannot stand."],
    ["mislabelled.txt", pdf(["I am a PDF."]), "pdf", "I am a PDF."],
  ])("%s", async (name, bytes, kind, text) => {
    expect(await read(name, bytes)).toEqual({ kind, text });
  });

  it.each([
    ["an empty one", "a.txt", "", /empty/],
    ["blanks only", "a.md", " \n\n ", /empty/],
    ["a PDF without text", "a.pdf", pdf([]), /empty/],
    ["an encrypted PDF", "a.pdf", pdf(["secret"], { encrypted: true }), /encrypted/],
    ["a damaged PDF", "a.pdf", "%PDF-1.7\nnothing more", /damaged/],
    ["a name that lies", "a.pdf", "only text", /damaged/],
    ["bytes that are no text", "a.txt", Buffer.from([1, 0, 2, 0, 3]), /damaged/],
    ["an old Word document", "a.doc", Buffer.from("d0cf11e0a1b11ae1", "hex"), /old kind/],
    ["a Word document with a password", "a.docx", Buffer.from("d0cf11e0a1b11ae1", "hex"), /encrypted/],
    ["a picture", "a.png", "whatever", /kind that is not read/],
    ["an archive of something else", "a.docx", zip([["hello.txt", Buffer.from("hi")]]), /no Word document/],
    ["half an archive", "a.docx", docx(["x"]).subarray(0, 200), /damaged/],
  ])("is refused: %s", async (_, name, bytes, sentence) => {
    await expect(read(name, bytes)).rejects.toThrow(sentence);
  });

  it("is refused when it unpacks without end, whatever it says of its size", async () => {
    const zeros = Buffer.alloc(30_000_000, 0x20);
    const honest = zip([["word/document.xml", zeros]]);
    expect(honest.length).toBeLessThan(100_000);
    await expect(read("bomb.docx", honest)).rejects.toThrow("more than can be read");
    const lying = zip([["word/document.xml", zeros]], { claimed: 1_000 });
    await expect(read("bomb.docx", lying)).rejects.toThrow(/damaged/);
    const many = zip(Array.from({ length: 5 }, (_, n) => [`part${n}.xml`, Buffer.alloc(9_000_000)]));
    await expect(read("bomb.docx", many)).rejects.toThrow("more than can be read");
  });

  it("is refused when it is small, and would be large to whoever reads it", async () => {
    const elements = Buffer.from(`<w:document><w:body>${"<w:p/>".repeat(700_000)}</w:body></w:document>`);
    await expect(read("bomb.docx", zip([["word/document.xml", elements]]))).rejects.toThrow(
      "more than can be",
    );
    const attributes = Buffer.from(`<w:document${' a=""'.repeat(1_600_000)}/>`);
    await expect(read("bomb.docx", zip([["word/styles.xml", attributes]]))).rejects.toThrow(
      "more than can be",
    );
  });

  it("is refused when a page of it unpacks without end, also in several layers", async () => {
    const packed = (content: Buffer) => {
      const head = `%PDF-1.4\n1 0 obj\n<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`;
      return Buffer.concat([Buffer.from(head), content, Buffer.from("\nendstream\nendobj\n%%EOF\n")]);
    };
    const once = deflateSync(Buffer.alloc(130 * 1024 * 1024, 0x20));
    const many = [1, 2, 3, 4].reduce<Buffer>(
      (content) => deflateSync(content),
      deflateSync(Buffer.from("x")),
    );
    for (const content of [once, deflateSync(once), many])
      await expect(read("bomb.pdf", packed(content))).rejects.toThrow("more than can be read");
    await expect(read("a.pdf", packed(Buffer.from("x\u009cbroken")))).rejects.toThrow(/damaged/);
  });

  it("is what was looked at, where an archive holds a second one that others find first", async () => {
    const [said, held] = [docx(["A stop."]), docx(["A pots."])];
    expect(said.length).toBe(held.length);
    const end = said.subarray(-22);
    const both = Buffer.concat([said.subarray(0, -22), held.subarray(0, -22), end]);
    expect((await read("two.docx", both)).text).toBe("A stop.");
  });

  it.each(["![", "[", "**a ", "__a ", "[a](", "![a]("])(
    "takes no longer for marks that nobody closes: %s",
    async (mark) => {
      // Minutes, if each of them looked for its end up to the end of the line.
      expect((await read("a.md", `Words. ${mark.repeat(400_000)}`)).kind).toBe("md");
    },
  );

  it.each(["<!--", "<!-- -", "<![CDATA["])(
    "takes no longer for pages full of %j that never ends",
    async (mark) => {
      // Minutes, if each of them were looked for its end up to the end of the page.
      const page = `<p>Left</p> ${mark.repeat(2_000_000 / mark.length)} <p>right</p>`;
      expect((await read("a.html", page)).text.replace(/[\s-]+/g, " ")).toBe("Left right");
    },
  );

  it("is refused when there is no room left for it", async () => {
    await expect(read("a.txt", "x".repeat(100), 50)).rejects.toThrow("more than can be read");
    await expect(read("a.pdf", pdf(["x".repeat(80)]), 50)).rejects.toThrow("more than can be read");
  });

  it("does not fall over pages that are nested without end", async () => {
    const html = `<html>${"<div>".repeat(50_000)}deep`;
    const done = await read("a.html", html).catch((error: unknown) => error);
    expect(done).toSatisfy(
      (value: { kind?: string; name?: string }) => value.kind === "html" || value.name === "Refused",
    );
  });

  it("compresses as it has to, or the bombs above would be none", () => {
    expect(deflateRawSync(Buffer.alloc(1_000_000)).length).toBeLessThan(2_000);
  });
});
