import { Pencil, RefreshCw, Send, Trash2, Webhook as Icon } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { Notice } from "../../components/ui/notice.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { kindWords } from "./kinds.js";

type Webhook = Outputs["webhooks"]["list"][number];

interface WebhookCardProps {
  webhook: Webhook;
  edit: () => void;
  showSecret: (secret: string) => void;
}

/** One webhook: where it leads, what it is told of, and whether messages come through. */
export function WebhookCard({ webhook, edit, showSecret }: WebhookCardProps) {
  const mayAct = useMay("admin");
  const { name, url, kinds, workflows, active, offReason, failingSince, oldSecretUntil } = webhook;
  return (
    <li className="grid gap-2 rounded-lg border bg-surface p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Icon aria-hidden className="size-4 shrink-0 text-ink-soft" />
        <h2 className="min-w-0 font-semibold break-words">{name}</h2>
        <Health webhook={webhook} />
        {mayAct && <Actions webhook={webhook} edit={edit} showSecret={showSecret} />}
      </div>
      <p className="font-mono text-sm break-all">{url}</p>
      <p className="text-sm text-ink-soft">
        {kinds.map(kindWords).join(" · ")} ({workflows.length > 0 ? workflows.join(", ") : "every workflow"})
      </p>
      <Numbers webhook={webhook} />
      {offReason && (
        <Notice look="warn" title="It was switched off by itself">
          {offReason} Mend the receiver, then switch it on again.
        </Notice>
      )}
      {active && failingSince && (
        <Notice look="warn" title="Messages do not come through">
          Since <TimeAgo at={failingSince} />. They are tried again; after five days the webhook is switched
          off.
        </Notice>
      )}
      {oldSecretUntil && (
        <p className="text-sm text-ink-soft">
          The secret before this one is valid, too: <TimeAgo at={oldSecretUntil} /> it is not any more.
        </p>
      )}
    </li>
  );
}

function Health({ webhook: { active, failingSince } }: { webhook: Webhook }) {
  const [word, look] = !active
    ? ["Off", "bg-idle-soft text-idle"]
    : failingSince
      ? ["Failing", "bg-bad-soft text-bad"]
      : ["On", "bg-good-soft text-good"];
  return <span className={`rounded-md px-1.5 text-sm ${look}`}>{word}</span>;
}

function Numbers({ webhook: { waiting, lastDeliveredAt } }: { webhook: Webhook }) {
  return (
    <p className="flex flex-wrap gap-x-4 text-sm text-ink-soft">
      <span>
        {lastDeliveredAt ? (
          <>
            Last delivered <TimeAgo at={lastDeliveredAt} />
          </>
        ) : (
          "Nothing was delivered yet"
        )}
      </span>
      {waiting > 0 && <span>{waiting === 1 ? "1 message waits" : `${waiting} messages wait`}</span>}
    </p>
  );
}

function Actions({ webhook: { id, name }, edit, showSecret }: WebhookCardProps) {
  const [asking, setAsking] = useState<"delete" | "rotate" | null>(null);
  const utils = trpc.useUtils();
  const settled = { onSettled: () => utils.webhooks.invalidate() };
  const test = trpc.webhooks.test.useMutation(settled);
  const remove = trpc.webhooks.remove.useMutation(settled);
  const rotate = trpc.webhooks.rotate.useMutation({
    ...settled,
    onSuccess: ({ secret }) => {
      setAsking(null);
      showSecret(secret);
    },
  });
  const error = test.error ?? remove.error ?? rotate.error;
  const of = <span className="sr-only">: {name}</span>;
  return (
    <div className="ml-auto flex flex-wrap gap-2">
      <Button size="small" disabled={test.isPending} onClick={() => test.mutate({ id })}>
        <Send aria-hidden />
        Send a test{of}
      </Button>
      <Button size="small" onClick={edit}>
        <Pencil aria-hidden />
        Change{of}
      </Button>
      <Button size="small" onClick={() => setAsking("rotate")}>
        <RefreshCw aria-hidden />
        New secret{of}
      </Button>
      <Button size="small" look="danger" onClick={() => setAsking("delete")}>
        <Trash2 aria-hidden />
        Delete{of}
      </Button>
      {error && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(error).message}
        </p>
      )}
      <Dialog
        open={asking === "delete"}
        onOpenChange={() => setAsking(null)}
        title={`Delete "${name}"?`}
        description="It is told nothing any more, and its log of deliveries goes with it."
        actions={
          <>
            <Button onClick={() => setAsking(null)}>Keep it</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate({ id })}>
              Delete
            </Button>
          </>
        }
      />
      <Dialog
        open={asking === "rotate"}
        onOpenChange={() => setAsking(null)}
        title={`A new secret for "${name}"?`}
        description="For 24 hours messages bear two signatures, of the new secret and of the one before, so that your receiver can be changed meanwhile."
        actions={
          <>
            <Button onClick={() => setAsking(null)}>Keep the secret</Button>
            <Button look="primary" disabled={rotate.isPending} onClick={() => rotate.mutate({ id })}>
              Make a new one
            </Button>
          </>
        }
      />
    </div>
  );
}
