import type { Outbox } from "../outbox/outbox.js";
import type { Sqs } from "../sqs/service.js";
import { outboxPage, pagePolicy } from "../outbox/page.js";
import type { SageMaker } from "../sagemaker/service.js";
import { setQueueFaults, setTrainingFault } from "./fault-pages.js";
import { json, type Reply } from "./reply.js";

export interface OwnPages {
  readonly outbox: Outbox;
  readonly sqs: Pick<Sqs, "faults">;
  readonly sageMaker: Pick<SageMaker, "faults">;
  readonly stepFunctions: () => object | null;
}

const plain = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

/** The pages of the local cloud itself, under /_longhaul/. Callers have been checked before. */
export async function handleOwnPage(
  method: string,
  path: string,
  body: () => Promise<Buffer | null>,
  { outbox, sqs, sageMaker, stepFunctions }: OwnPages,
): Promise<Reply> {
  const reads = method === "GET" || method === "HEAD";
  if (path === "/_longhaul/outbox" && reads) {
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": pagePolicy,
      "referrer-policy": "same-origin",
      "cache-control": "no-store",
    };
    return { status: 200, headers, body: method === "HEAD" ? "" : outboxPage(outbox.list()) };
  }
  if (path === "/_longhaul/outbox.json" && reads) {
    return json({ messages: outbox.list() }, 200, { "cache-control": "no-store" });
  }
  if (path === "/_longhaul/outbox/clear" && method === "POST") {
    await outbox.clear();
    return { status: 303, headers: { ...plain, location: "/_longhaul/outbox" }, body: "" };
  }
  if (path === "/_longhaul/queues/faults" && method === "POST") {
    return setQueueFaults((await body()) ?? Buffer.alloc(0), sqs);
  }
  if (path === "/_longhaul/training/faults" && method === "POST") {
    return setTrainingFault((await body()) ?? Buffer.alloc(0), sageMaker);
  }
  if (path === "/_longhaul/health" && reads) {
    const ready = stepFunctions() !== null;
    return json({ status: ready ? "ready" : "starting" }, ready ? 200 : 503, { "cache-control": "no-store" });
  }
  return { status: 404, headers: plain, body: `The local cloud has no page ${method} ${path}.\n` };
}
