import type { OutboxMessage } from "./outbox.js";

const titles: Record<OutboxMessage["kind"], string> = {
  email: "Email",
  sms: "Text message",
  push: "Push message",
  topic: "Topic message",
};

const style = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 2rem 1rem; }
  header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; justify-content: space-between; }
  h1 { font-size: 1.5rem; margin: 0; }
  h2 { font-size: 1.125rem; margin: 0; overflow-wrap: anywhere; }
  ul { list-style: none; padding: 0; }
  li { border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
  .about { color: color-mix(in srgb, CanvasText 75%, Canvas); margin: .25rem 0; overflow-wrap: anywhere; }
  pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .75rem 0 0; }
  iframe { width: 100%; height: 20rem; border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); background: #fff; }
  button { font: inherit; padding: .5rem 1rem; }
`;

/** Scripts and remote content never run on this page: what it shows came from whoever sent a message. */
export const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/** The outbox as a page that needs no script. `messages` come newest first. */
export function outboxPage(messages: readonly OutboxMessage[]): string {
  const count = messages.length === 1 ? "1 message" : `${messages.length} messages`;
  const clear = messages.length
    ? '<form method="post" action="/_longhaul/outbox/clear"><button>Clear the outbox</button></form>'
    : "";
  const list = messages.length
    ? `<ul>${messages.map(item).join("\n")}</ul>`
    : "<p>Nothing was sent yet. Emails, text and push messages of your workflows land here in place of leaving this machine.</p>";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outbox (${count})</title>
<style>${style}</style>
</head>
<body>
<main>
<header><h1>Outbox</h1><p>${count}</p>${clear}</header>
${list}
</main>
</body>
</html>
`;
}

function item(message: OutboxMessage): string {
  const heading = message.subject ?? titles[message.kind];
  const from = message.from === null ? "" : ` from ${escapeHtml(message.from)}`;
  // Sandboxed without allowances: an email's own scripts, forms and links do nothing.
  const html =
    message.html === null
      ? ""
      : `<details><summary>HTML version</summary><iframe sandbox title="${escapeHtml(heading)}" srcdoc="${escapeHtml(message.html)}"></iframe></details>`;
  return `<li>
<article aria-labelledby="m-${message.id}">
<h2 id="m-${message.id}">${escapeHtml(heading)}</h2>
<p class="about">${titles[message.kind]}${from} to ${escapeHtml(message.to.join(", "))},
<time datetime="${message.at}">${message.at.replace("T", " ").slice(0, 19)} UTC</time></p>
<pre>${escapeHtml(message.text)}</pre>
${html}
</article>
</li>`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
