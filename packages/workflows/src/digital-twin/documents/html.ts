import { parse } from "node-html-parser";
import { damaged } from "./problems.js";

const notRead =
  "script, style, noscript, template, svg, nav, header, footer, aside, form, iframe, [hidden], [aria-hidden=true]";
const maxNodes = 400_000;
const maxDepth = 500;
/** Those that end without being told to. */
const loose =
  /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|d[dt]|t[drh]|option|thead|tbody|tfoot)$/i;

/** What of a page is to be read: its main part, without menus and programs. @throws Refused */
export function textOfHtml(html: string): string {
  // The parser walks up from each element, and so takes the square of the depth: that of a page is small.
  if (isMonstrous(html)) throw damaged();
  try {
    const page = parse(withoutLooseMarks(html), {
      comment: false,
      blockTextElements: { script: false, noscript: false, style: false },
    });
    for (const element of page.querySelectorAll(notRead)) element.remove();
    const body =
      page.querySelector("main") ?? page.querySelector("article") ?? page.querySelector("body") ?? page;
    return body.structuredText.replace(/\n/g, "\n\n");
  } catch (error) {
    throw damaged(error);
  }
}

/** What begins and never ends is text: else the parser would look for the end of each up to the end of the page. */
function withoutLooseMarks(html: string): string {
  const pairs = [
    ["<!--", "-->"],
    ["<![CDATA[", "]]>"],
  ] as const;
  return pairs.reduce((text, [begin, end]) => {
    const last = Math.max(0, text.lastIndexOf(end));
    return text.slice(0, last) + text.slice(last).replaceAll(begin, " ");
  }, html);
}

function isMonstrous(html: string): boolean {
  let depth = 0;
  let nodes = 0;
  for (const [, closing, name = ""] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    nodes += 1;
    if (loose.test(name)) continue;
    depth = Math.max(0, depth + (closing ? -1 : 1));
    if (depth > maxDepth || nodes > maxNodes) return true;
  }
  return false;
}
