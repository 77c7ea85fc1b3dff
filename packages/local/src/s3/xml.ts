import { malformedXml } from "./errors.js";

/** An element of XML that was read. Its own text, and the elements within it. */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

const tokens =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([^\s<>/!?]{1,64})([^<>]{0,1024}?)(\/?)>|([^<]+)/y;
const maxDepth = 20;

/**
 * Reads the XML of a request: elements, text, character references. Document types, and with them entities of one's own, are
 * refused, and names lose their prefixes.
 * @throws S3Error MalformedXML
 */
export function parseXml(source: string): Element {
  const root: Open = { name: "", text: "", children: [] };
  const open = [root];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < source.length) {
    const match = tokens.exec(source);
    const parent = open.at(-1);
    if (match === null || parent === undefined) throw malformedXml();
    const [, data, slash, tag, , selfClosing, text] = match;
    if (data !== undefined) parent.text += data;
    else if (text !== undefined) parent.text += unescapeXml(text);
    else if (tag !== undefined)
      step(open, parent, tag.replace(/^.*:/, ""), slash === "/", selfClosing === "/");
  }
  const [document] = root.children;
  if (open.length !== 1 || document === undefined || root.children.length > 1 || root.text.trim() !== "")
    throw malformedXml();
  return document;
}

interface Open {
  name: string;
  text: string;
  children: Open[];
}

function step(open: Open[], parent: Open, name: string, closes: boolean, selfClosing: boolean): void {
  if (closes) {
    if (parent.name !== name || open.length === 1) throw malformedXml();
    open.pop();
    return;
  }
  const element: Open = { name, text: "", children: [] };
  parent.children.push(element);
  if (!selfClosing) open.push(element);
  if (open.length > maxDepth) throw malformedXml();
}

const named = new Map(Object.entries({ lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }));

function unescapeXml(text: string): string {
  return text.replace(/&([^;&]*);?/g, (reference, name: string) => {
    const known = named.get(name);
    if (known !== undefined && reference.endsWith(";")) return known;
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name) ?? [];
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
    if (!(code <= 0x10ffff) || !reference.endsWith(";")) throw malformedXml();
    return String.fromCodePoint(code);
  });
}

/** The text of the first child of that name, or undefined. */
export function childText(element: Element, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

/** What an element of an answer holds: text, elements, or nothing (then it is left out). */
export type Content = string | number | boolean | undefined | readonly (readonly [string, Content])[];

/** An answer's XML document. Lists are several elements of one name. */
export function xmlDocument(name: string, content: Content): string {
  const attribute = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attribute}>${xmlContent(content)}</${name}>`;
}

export function xmlContent(content: Content): string {
  if (content === undefined) return "";
  if (typeof content !== "object") return escapeXml(String(content));
  return content
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `<${name}>${xmlContent(inner)}</${name}>`)
    .join("");
}

const entities = new Map(
  Object.entries({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" }),
);

/** Control characters become references as S3 writes them, so that keys come back as they are. */
function escapeXml(text: string): string {
  return text.replace(
    /[&<>"'\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g,
    (char) => entities.get(char) ?? `&#x${char.charCodeAt(0).toString(16)};`,
  );
}
