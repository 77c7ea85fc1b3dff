import { getDocumentProxy } from "unpdf";
import { damaged, Refused, tooMuch } from "./problems.js";

const maxPages = 2_000;

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
