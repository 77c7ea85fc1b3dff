import { json, type Reply } from "../aws/reply.js";
import { pageHeaders } from "../pages/page.js";
import { actions } from "./actions.js";
import { ControlError, type Controls, stateOf } from "./controls.js";
import { controlsPage } from "./page.js";

const uncached = { "cache-control": "no-store" };

/** What the body of a request says: JSON, or the fields of a form. */
interface Sent {
  readonly body: () => Promise<Buffer | null>;
  readonly contentType: string;
}

/**
 * Answers what concerns time and faults: the page, its forms, and the same as JSON for scripts and tests; null for
 * what is none of it.
 */
export async function handleControls(
  method: string,
  path: string,
  sent: Sent,
  controls: Controls,
): Promise<Reply | null> {
  const reads = method === "GET" || method === "HEAD";
  if (path === "/_longhaul/" && reads) {
    const page = controlsPage(
      stateOf(controls),
      controls.lambda.list().map(({ name }) => name),
    );
    return { status: 200, headers: pageHeaders, body: method === "HEAD" ? "" : page };
  }
  if (path === "/_longhaul/controls" && reads) return json(stateOf(controls), 200, uncached);
  const action = method === "POST" ? actions.get(path) : undefined;
  if (action === undefined) return null;
  const body = (await sent.body())?.toString("utf8") ?? "";
  // curl calls whatever it sends a form, and no form begins so.
  const isForm = sent.contentType.startsWith("application/x-www-form-urlencoded") && !/^\s*\{/.test(body);
  try {
    const answer = await action.run(read(body, isForm), controls);
    if (!isForm) return json(answer, 200, uncached);
    return { status: 303, headers: { ...uncached, location: "/_longhaul/" }, body: "" };
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    if (!isForm) return json({ message: error.message }, 400, uncached);
    return {
      status: 400,
      headers: { ...uncached, "content-type": "text/plain; charset=utf-8" },
      body: `${error.message}\n`,
    };
  }
}

function read(text: string, isForm: boolean): unknown {
  if (isForm) return Object.fromEntries(new URLSearchParams(text));
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}
