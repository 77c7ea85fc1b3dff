import mammoth from "mammoth";
import yauzl from "yauzl";
import { damaged, Refused, tooMuch } from "./problems.js";

const main = "word/document.xml";
const maxEntries = 2_000;
/** Unpacked; a book of a thousand pages has a tenth of it. */
const maxMainBytes = 25_000_000;
const maxBytes = 100_000_000;

/** The text of a Word document. @throws Refused for a damaged one, one with a password, and one that unpacks without end. */
export async function textOfDocx(bytes: Uint8Array): Promise<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  await checkArchive(buffer);
  try {
    return (await mammoth.extractRawText({ buffer })).value;
  } catch (error) {
    throw damaged(error);
  }
}

/**
 * Unpacks everything once, and keeps nothing: what an archive says of its sizes is not to be believed before the reader
 * that does believe it gets it.
 */
async function checkArchive(buffer: Buffer): Promise<void> {
  const archive = await yauzl.fromBufferPromise(buffer, { lazyEntries: true }).catch((error: unknown) => {
    throw damaged(error);
  });
  let total = 0;
  let entries = 0;
  let found = false;
  try {
    for await (const entry of archive.eachEntry()) {
      entries += 1;
      total += entry.uncompressedSize;
      found ||= entry.fileName === main;
      if (entry.isEncrypted())
        throw new Refused("It is encrypted: save it without a password and upload it again.");
      if (entries > maxEntries || total > maxBytes) throw tooMuch();
      if (entry.fileName === main && entry.uncompressedSize > maxMainBytes) throw tooMuch();
      // Ends with an error when there is more than was said.
      for await (const _ of await archive.openReadStreamPromise(entry));
    }
  } catch (error) {
    throw error instanceof Refused ? error : damaged(error);
  } finally {
    archive.close();
  }
  if (!found) throw new Refused("It is an archive and no Word document: only .docx can be read of those.");
}
