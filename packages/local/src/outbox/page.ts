import { escapeXml } from "../aws/reply.js";
import { page } from "../pages/page.js";
import type { OutboxMessage } from "./outbox.js";

const titles: Record<OutboxMessage["kind"], string> = {
  email: "Email",
  sms: "Text message",
  push: "Push message",
  topic: "Topic message",
};

/** The outbox as a page that needs no script. `messages` come newest first. */
export function outboxPage(messages: readonly OutboxMessage[]): string {
  const count = messages.length === 1 ? "1 message" : `${messages.length} messages`;
  const clear = messages.length
    ? '<form method="post" action="/_longhaul/outbox/clear"><button>Clear the outbox</button></form>'
    : "";
  const list = messages.length
    ? `<ul>${messages.map(item).join("\n")}</ul>`
    : "<p>Nothing was sent yet. Emails, text and push messages of your workflows land here in place of leaving this machine.</p>";
  return page(`Outbox (${count})`, `<h1>Outbox</h1><p>${count}</p>${clear}`, list);
}

/** A text whose addresses can be clicked, as mail programs have it; in a tab of its own. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, place) =>
      place % 2 === 0
        ? escapeXml(part)
        : `<a href="${escapeXml(part)}" target="_blank" rel="noopener noreferrer">${escapeXml(part)}</a>`,
    )
    .join("");
}

function item(message: OutboxMessage): string {
  const heading = message.subject ?? titles[message.kind];
  const from = message.from === null ? "" : ` from ${escapeXml(message.from)}`;
  // Sandboxed without allowances: an email's own scripts, forms and links do nothing.
  const html =
    message.html === null
      ? ""
      : `<details><summary>HTML version</summary><iframe sandbox title="${escapeXml(heading)}" srcdoc="${escapeXml(message.html)}"></iframe></details>`;
  return `<li>
<article aria-labelledby="m-${message.id}">
<h2 id="m-${message.id}">${escapeXml(heading)}</h2>
<p class="about">${titles[message.kind]}${from} to ${escapeXml(message.to.join(", "))},
<time datetime="${message.at}">${message.at.replace("T", " ").slice(0, 19)} UTC</time></p>
<pre>${withLinks(message.text)}</pre>
${html}
</article>
</li>`;
}
