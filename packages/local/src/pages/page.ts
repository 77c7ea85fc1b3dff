import { escapeXml } from "../aws/reply.js";

const style = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 2rem 1rem; }
  header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; justify-content: space-between; }
  h1 { font-size: 1.5rem; margin: 0; }
  h2 { font-size: 1.125rem; margin: 0; overflow-wrap: anywhere; }
  ul { list-style: none; padding: 0; }
  li, section { border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
  .about { color: color-mix(in srgb, CanvasText 75%, Canvas); margin: .25rem 0; overflow-wrap: anywhere; }
  pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .75rem 0 0; }
  iframe { width: 100%; height: 20rem; border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); background: #fff; }
  form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: .5rem 0; }
  label { display: grid; gap: .25rem; font-size: .875rem; flex: 1 1 9rem; min-width: 0; }
  input, select { font: inherit; padding: .5rem; min-width: 0; width: 100%; box-sizing: border-box; }
  button { font: inherit; padding: .5rem 1rem; }
  label.wide { flex-basis: 100%; }
  .row > .about { flex: 1 1 15rem; }
  .row { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; justify-content: space-between; overflow-wrap: anywhere; }
`;

/** Scripts and remote content never run on these pages: what they show came from whoever sent it. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/** The headers of a page of the local cloud. */
export const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": policy,
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
};

/** A page that needs no script. `header` and `main` are HTML; `title` is not. */
export function page(title: string, header: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>${header}</header>
${main}
</main>
</body>
</html>
`;
}
