import { handleControls } from "../controls/routes.js";
import type { Controls } from "../controls/controls.js";
import type { Outbox } from "../outbox/outbox.js";
import { outboxPage } from "../outbox/page.js";
import { pageHeaders } from "../pages/page.js";
import { json, type Reply } from "./reply.js";

export interface OwnPages extends Controls {
  readonly outbox: Outbox;
  readonly stepFunctions: () => object | null;
}

const plain = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

/** The pages of the local cloud itself, under /_longhaul/. Callers have been checked before. */
export async function handleOwnPage(
  method: string,
  path: string,
  sent: { readonly body: () => Promise<Buffer | null>; readonly contentType: string },
  pages: OwnPages,
): Promise<Reply> {
  const { outbox, stepFunctions } = pages;
  const reads = method === "GET" || method === "HEAD";
  if (path === "/_longhaul/outbox" && reads) {
    return { status: 200, headers: pageHeaders, body: method === "HEAD" ? "" : outboxPage(outbox.list()) };
  }
  if (path === "/_longhaul/outbox.json" && reads) {
    return json({ messages: outbox.list() }, 200, { "cache-control": "no-store" });
  }
  if (path === "/_longhaul/outbox/clear" && method === "POST") {
    await outbox.clear();
    return { status: 303, headers: { ...plain, location: "/_longhaul/outbox" }, body: "" };
  }
  if (path === "/_longhaul/health" && reads) {
    const ready = stepFunctions() !== null;
    return json({ status: ready ? "ready" : "starting" }, ready ? 200 : 503, { "cache-control": "no-store" });
  }
  const controlled = await handleControls(method, path, sent, pages);
  return (
    controlled ?? { status: 404, headers: plain, body: `The local cloud has no page ${method} ${path}.\n` }
  );
}
