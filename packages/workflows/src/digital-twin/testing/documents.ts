import { crc32, deflateRawSync } from "node:zlib";

/** A zip archive, made here, so that tests can make one that lies. @param options `claimed`: what it says of each size. */
export function zip(
  entries: readonly (readonly [name: string, content: Buffer])[],
  options: { readonly claimed?: number } = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const packed = deflateRawSync(content);
    const title = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc(content), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(options.claimed ?? content.length, 18);
    facts.writeUInt16LE(title.length, 22);
    parts.push(Buffer.from("PK\u0003\u0004"), facts, title, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\u0001\u0002"), Buffer.from([20, 0]), facts, rest, title);
    offset += 30 + title.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from("PK\u0005\u0006"), end]);
}

/** Node has one since 20.15. */
const crc = (content: Buffer): number => crc32(content);

/** A Word document of some paragraphs. */
export function docx(paragraphs: readonly string[]): Buffer {
  const relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
  const body = paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join("");
  const files: Record<string, string> = {
    "[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    "_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${relation}" Target="word/document.xml"/></Relationships>`,
    "word/document.xml": `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  };
  return zip(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
}

/** A PDF of one page with some lines; `encrypted` gives it a dictionary that wants a password. */
export function pdf(lines: readonly string[], options: { readonly encrypted?: boolean } = {}): Buffer {
  const drawn = lines.map((line) => `(${line}) Tj T*`).join("\n");
  const stream = `BT /F1 12 Tf 14 TL 72 720 Td\n${drawn}\nET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    `<< /Filter /Standard /V 1 /R 2 /P -4 /O <${"ab".repeat(32)}> /U <${"cd".repeat(32)}> >>`,
  ];
  let text = "%PDF-1.4\n";
  const offsets: number[] = [];
  for (const [place, object] of objects.entries()) {
    offsets.push(text.length);
    text += `${place + 1} 0 obj\n${object}\nendobj\n`;
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const secret = options.encrypted ? ` /Encrypt 6 0 R /ID [<${"ef".repeat(16)}> <${"ef".repeat(16)}>]` : "";
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${secret} >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}
