import mammoth from "mammoth";
import yauzl from "yauzl";
import { damaged, Refused, tooMuch } from "./problems.js";

const main = "word/document.xml";
const maxEntries = 2_000;
/** Of one part, unpacked; a book of a thousand pages has a tenth of it. */
const maxPartBytes = 25_000_000;
const maxBytes = 40_000_000;
/** The reader makes more than a kilobyte of each element, and less than half of that of each attribute. */
const maxElements = 600_000;
const maxAttributes = 1_500_000;

/** The text of a Word document. @throws Refused for a damaged one, one with a password, and one that unpacks without end. */
export async function textOfDocx(bytes: Uint8Array): Promise<string> {
  const parts = await partsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (!parts.has(main))
    throw new Refused("It is an archive and no Word document: only .docx can be read of those.");
  const file = {
    exists: (name: string) => parts.has(name),
    read: (name: string, encoding?: string) => {
      const part = parts.get(name) ?? Buffer.alloc(0);
      return Promise.resolve(encoding === undefined ? part : new TextDecoder(encoding).decode(part));
    },
  };
  try {
    // Its types do not name the input that it has for archives which somebody else unpacks.
    const input = { file } as unknown as Parameters<typeof mammoth.extractRawText>[0];
    return (await mammoth.extractRawText(input)).value;
  } catch (error) {
    throw damaged(error);
  }
}

/**
 * The parts that hold text and how they belong together; pictures stay packed. The reader gets these and not the archive:
 * what an archive says of its sizes is not to be believed, and two who unpack the same one may find different parts in it.
 */
async function partsOf(buffer: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const archive = await yauzl.fromBufferPromise(buffer, { lazyEntries: true }).catch((error: unknown) => {
    throw damaged(error);
  });
  const parts = new Map<string, Buffer>();
  const size = { entries: 0, bytes: 0, elements: 0, attributes: 0 };
  try {
    for await (const entry of archive.eachEntry()) {
      size.entries += 1;
      if (entry.isEncrypted())
        throw new Refused("It is encrypted: save it without a password and upload it again.");
      if (size.entries > maxEntries) throw tooMuch();
      if (!/\.(xml|rels)$/.test(entry.fileName)) continue;
      size.bytes += entry.uncompressedSize;
      if (entry.uncompressedSize > maxPartBytes || size.bytes > maxBytes) throw tooMuch();
      const chunks: Buffer[] = [];
      // Ends with an error when there is more than was said.
      for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      const part = Buffer.concat(chunks);
      for (const [at, byte] of part.entries()) {
        if (byte === equals) size.attributes += 1;
        else if (byte === less && part[at + 1] !== slash) size.elements += 1;
      }
      if (size.elements > maxElements || size.attributes > maxAttributes) throw tooMuch();
      parts.set(entry.fileName, part);
    }
  } catch (error) {
    throw error instanceof Refused ? error : damaged(error);
  } finally {
    archive.close();
  }
  return parts;
}

const [less, equals, slash] = [0x3c, 0x3d, 0x2f];
