import { wordsOf } from "../language/words.js";
import { damaged, empty, Refused, tooMuch } from "./problems.js";
import { plainMarkdown, textOf } from "./text.js";

export type DocumentKind = "txt" | "md" | "html" | "pdf" | "docx";

export interface ReadDocument {
  readonly kind: DocumentKind;
  readonly text: string;
}

/** What one twin can read altogether: about a dozen novels. */
export const maxCharacters = 6_000_000;
const maxHtmlBytes = 10_000_000;

/**
 * Reads an uploaded document as what its bytes say it is; among texts, the name decides.
 *
 * @throws Refused with a sentence for who has uploaded it.
 */
export async function readDocument(
  name: string,
  bytes: Uint8Array,
  { signal, most = maxCharacters }: { readonly signal: AbortSignal; readonly most?: number },
): Promise<ReadDocument> {
  const kind = kindOf(name, bytes);
  const text = tidy(await textIn(kind, bytes, signal, most));
  if (wordsOf(text.slice(0, 10_000)).length === 0) throw empty();
  if (text.length > most) throw tooMuch();
  return { kind, text };
}

async function textIn(
  kind: DocumentKind,
  bytes: Uint8Array,
  signal: AbortSignal,
  most: number,
): Promise<string> {
  switch (kind) {
    case "pdf":
      return (await import("./pdf.js")).textOfPdf(bytes, signal, most);
    case "docx":
      return (await import("./docx.js")).textOfDocx(bytes);
    case "html":
      if (bytes.length > maxHtmlBytes) throw tooMuch();
      return (await import("./html.js")).textOfHtml(textOf(bytes));
    case "md":
      return plainMarkdown(textOf(bytes));
    case "txt":
      return textOf(bytes);
  }
}

const old = /\.(doc|rtf|odt|pages|epub|xls|xlsx|ppt|pptx|zip|png|jpe?g|gif|mp3|mp4|exe)$/i;
/** Word documents with a password, and all from before 2007, are of this kind. */
const compound = Buffer.from("d0cf11e0a1b11ae1", "hex");

function kindOf(name: string, bytes: Uint8Array): DocumentKind {
  if (bytes.length === 0) throw empty();
  const head = Buffer.from(bytes.subarray(0, 1_024));
  if (head.includes("%PDF-")) return "pdf";
  if (head.subarray(0, 4).equals(Buffer.from("PK\u0003\u0004"))) return "docx";
  if (head.subarray(0, 8).equals(compound)) {
    throw new Refused(
      /\.docx$/i.test(name)
        ? "It is encrypted: save it without a password and upload it again."
        : "It is an old kind of document: save it as .docx or .pdf.",
    );
  }
  if (/\.(pdf|docx)$/i.test(name)) throw damaged();
  if (old.test(name))
    throw new Refused("It is of a kind that is not read: .txt, .md, .html, .pdf and .docx are.");
  if (/\.html?$/i.test(name) || /^\s*(<!doctype html|<html)/i.test(head.toString("latin1"))) return "html";
  return /\.(md|markdown)$/i.test(name) ? "md" : "txt";
}

/** One kind of line end, no characters that nobody sees. */
function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\ufeff]/g, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
