import { promisify } from "node:util";
import { constants, inflate } from "node:zlib";
import { getDocumentProxy } from "unpdf";
import { damaged, Refused, tooMuch } from "./problems.js";

const maxPages = 2_000;
/** Of one stream, unpacked: a page that was scanned very finely. The reader keeps all of one that it reads. */
const maxStreamBytes = 128 * 1024 * 1024;
/** Of all streams together. */
const maxBytes = 2 * 1024 * 1024 * 1024;
/** How often a stream may be packed into itself. */
const mostLayers = 4;

/**
 * The text of a PDF, page by page.
 *
 * @throws Refused for one with a password, a damaged one, and one of too many pages.
 */
export async function textOfPdf(
  bytes: Uint8Array,
  signal: AbortSignal,
  maxCharacters: number,
): Promise<string> {
  await refuseBombs(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), signal);
  // It takes the bytes for itself.
  const pdf = await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0 }).catch((error: unknown) => {
    if (error instanceof Error && error.name === "PasswordException") {
      throw new Refused("It is encrypted: save it without a password and upload it again.");
    }
    throw damaged(error);
  });
  try {
    if (pdf.numPages > maxPages) throw tooMuch();
    const pages: string[] = [];
    let characters = 0;
    for (let number = 1; number <= pdf.numPages; number += 1) {
      signal.throwIfAborted();
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      const text = items
        .map((item) => ("str" in item ? `${item.str}${item.hasEOL ? "\n" : ""}` : ""))
        .join("");
      page.cleanup();
      characters += text.length;
      if (characters > maxCharacters) throw tooMuch();
      // A word that was divided at the end of a line is one again.
      pages.push(text.replace(/(\p{Ll})-\n(\p{Ll})/gu, "$1$2"));
    }
    return pages.join("\n");
  } catch (error) {
    if (error instanceof Refused || signal.aborted) throw error;
    throw damaged(error);
  } finally {
    await pdf.loadingTask.destroy();
  }
}

const unpack = promisify(inflate);

/**
 * Unpacks each stream once as far as it may go, and keeps nothing: the reader has no bounds of its own.
 *
 * @throws Refused
 */
async function refuseBombs(pdf: Buffer, signal: AbortSignal): Promise<void> {
  let total = 0;
  for (let at = pdf.indexOf("stream"); at >= 0; at = pdf.indexOf("stream", at + 6)) {
    // A line end of one or two characters follows the word.
    const from = at + 6 + (pdf[at + 6] === 0x0d ? 2 : 1);
    let data: Buffer | null = pdf.subarray(from);
    for (let layer = 0; data !== null && isPacked(data); layer += 1) {
      signal.throwIfAborted();
      if (layer === mostLayers || total > maxBytes) throw tooMuch();
      const packed = data.length;
      data = await unpacked(data);
      // What cannot be read has been read to its end, at worst.
      total += data?.length ?? packed;
    }
  }
}

/** The two bytes that begin what is packed so (RFC 1950, section 2.2). */
function isPacked(data: Buffer): boolean {
  const [method = 0, flags = 0] = data;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}

/** Null for what is packed in no way that can be read. @throws Refused */
async function unpacked(data: Buffer): Promise<Buffer | null> {
  try {
    // Readers take what there is of a stream that breaks off; what follows its end is not looked at.
    return await unpack(data, { maxOutputLength: maxStreamBytes, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooMuch();
    return null;
  }
}
