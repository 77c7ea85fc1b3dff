import { escapeXml, type Reply } from "../../aws/reply.js";

const style = `
  :root { color-scheme: light dark; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
  main { box-sizing: border-box; width: min(26rem, 100%); padding: 2rem; border: 1px solid color-mix(in srgb, CanvasText 20%, Canvas); border-radius: 12px; }
  h1 { font-size: 1.25rem; margin: 0 0 1rem; }
  p, ul { margin: 0 0 1rem; } ul { padding-left: 1.2rem; }
  .note { font-size: .875rem; color: color-mix(in srgb, CanvasText 70%, Canvas); }
  form { display: flex; gap: .75rem; }
  button { flex: 1; min-height: 44px; font: inherit; border-radius: 8px; border: 1px solid color-mix(in srgb, CanvasText 40%, Canvas); background: Canvas; color: CanvasText; cursor: pointer; }
  button[value=allow] { background: #1f5fbf; border-color: #1f5fbf; color: #fff; }
  button:focus-visible { outline: 3px solid #f0a500; outline-offset: 2px; }`;

function page(title: string, inner: string, formAction: string, status: number): Reply {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`;
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "cache-control": "no-store",
      "referrer-policy": "same-origin",
    },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeXml(title)}</title><style>${style}</style><main>${inner}</main></html>`,
  };
}

/** Asks the person; the answer leads back to `back`, which the page's policy must allow too. */
export function consentPage(id: string, account: string, back: URL): Reply {
  return page(
    "Local Login with Amazon",
    `<h1>Longhaul wants to use ${escapeXml(account)}</h1>
    <p>It will be able to:</p>
    <ul><li>see the accounts and instances of Amazon Marketing Cloud</li><li>run queries and read their results</li></ul>
    <p class="note">This page stands in for Amazon's on your machine. Nothing leaves it.</p>
    <form method="post" action="/ap/oa/consent"><input type="hidden" name="page" value="${escapeXml(id)}">
    <button name="decision" value="cancel">Cancel</button><button name="decision" value="allow">Allow</button></form>`,
    `'self' ${back.origin}`,
    200,
  );
}

export function errorPage(sentence: string): Reply {
  return page(
    "Local Login with Amazon",
    `<h1>This cannot go on</h1><p>${escapeXml(sentence)}</p>`,
    "'none'",
    400,
  );
}
