import { Link } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { Facts } from "../../components/ui/facts.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { kindWords } from "./kinds.js";

type Delivery = Outputs["webhooks"]["deliveries"][number];

const looks = {
  waiting: ["Waiting", "bg-warn-soft text-warn"],
  delivered: ["Delivered", "bg-good-soft text-good"],
  failed: ["Failed", "bg-bad-soft text-bad"],
} as const;

/** One message: what became of it, and, opened, what was sent and answered. */
export function DeliveryRow({ delivery, webhook }: { delivery: Delivery; webhook: string }) {
  const { kind, status, error, nextTryAt, createdAt, responseStatus } = delivery;
  const [word, look] = looks[status];
  return (
    <li className="px-4 py-3">
      <details>
        <summary className="cursor-pointer">
          <span className="inline-flex max-w-[calc(100%-1.5rem)] flex-wrap items-center gap-x-3 gap-y-1 align-top">
            <span className={`rounded-md px-1.5 text-sm ${look}`}>
              {word}
              {responseStatus !== null && ` ${responseStatus}`}
            </span>
            <span>{kindWords(kind)}</span>
            <span className="text-sm text-ink-soft">
              {webhook}, <TimeAgo at={createdAt} />
            </span>
            {status !== "delivered" && error && <span className="text-sm text-bad">{error}</span>}
            {status === "waiting" && nextTryAt && error && (
              <span className="text-sm text-ink-soft">
                Next try <TimeAgo at={nextTryAt} />
              </span>
            )}
          </span>
        </summary>
        <Details delivery={delivery} />
      </details>
    </li>
  );
}

function Details({ delivery }: { delivery: Delivery }) {
  const { id, message, runId, body, attempts, durationMs, responseStatus, response, lastTryAt } = delivery;
  const mayAct = useMay("admin");
  const utils = trpc.useUtils();
  const replay = trpc.webhooks.replay.useMutation({ onSettled: () => utils.webhooks.invalidate() });
  return (
    <div className="mt-3 grid gap-3">
      <Facts
        facts={[
          ["Tries", attempts],
          ["Last try", lastTryAt && <TimeAgo at={lastTryAt} />],
          ["Answered", responseStatus],
          ["Took", durationMs === null ? null : `${durationMs} ms`],
          ["webhook-id", <code className="font-mono text-sm break-all">{message}</code>],
          [
            "Run",
            runId && (
              <Link to="/runs/$runId/result" params={{ runId }} className="link">
                Look at it
              </Link>
            ),
          ],
        ]}
      />
      <Text title="What was sent" text={pretty(body)} />
      {response !== null && <Text title="What was answered" text={response || "(nothing)"} />}
      {mayAct && (
        <div>
          <Button size="small" disabled={replay.isPending} onClick={() => replay.mutate({ id })}>
            <RotateCw aria-hidden />
            Send it again
          </Button>
        </div>
      )}
      {replay.error && (
        <p role="alert" className="text-bad">
          {toProblem(replay.error).message}
        </p>
      )}
    </div>
  );
}

function Text({ title, text }: { title: string; text: string }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="text-sm text-ink-soft">{title}</h3>
      {/* Focusable: what is longer than the box is scrolled by keys, too. */}
      <pre
        tabIndex={0}
        className="mt-1 max-h-64 overflow-auto rounded-md bg-sunken p-2 font-mono text-sm break-words whitespace-pre-wrap"
      >
        {text}
      </pre>
    </section>
  );
}

/** The same text, easier to read. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
