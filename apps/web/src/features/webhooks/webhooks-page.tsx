import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { DeliveryLog } from "./delivery-log.js";
import { SecretDialog } from "./secret-dialog.js";
import { WebhookCard } from "./webhook-card.js";
import { WebhookDialog } from "./webhook-dialog.js";

type Webhook = Outputs["webhooks"]["list"][number];

/** Addresses that are told of what becomes of runs: how they are, and each message to them. */
export function WebhooksPage() {
  const mayAct = useMay("admin");
  const [editing, setEditing] = useState<Webhook | "new" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const { data, error, refetch } = trpc.webhooks.list.useQuery(undefined, { refetchInterval: 5_000 });
  const add = mayAct && (
    <Button look="primary" onClick={() => setEditing("new")}>
      <Plus aria-hidden />
      New webhook
    </Button>
  );
  return (
    <div className="mx-auto max-w-4xl">
      <PageHeader title="Webhooks" actions={data && data.length > 0 ? add : undefined} />
      {error && !data ? (
        <ProblemView what="The webhooks" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the webhooks" />
      ) : data.length === 0 ? (
        <EmptyState title="Nobody is told" action={add}>
          A webhook is an address of yours that is sent a signed message when a run starts or ends, or when
          somebody has to approve.
        </EmptyState>
      ) : (
        <>
          <ul className="grid gap-3">
            {data.map((webhook) => (
              <WebhookCard
                key={webhook.id}
                webhook={webhook}
                edit={() => setEditing(webhook)}
                showSecret={setSecret}
              />
            ))}
          </ul>
          <DeliveryLog webhooks={data} />
        </>
      )}
      {editing && (
        <WebhookDialog
          webhook={editing === "new" ? null : editing}
          close={() => setEditing(null)}
          showSecret={setSecret}
        />
      )}
      <SecretDialog secret={secret} close={() => setSecret(null)} />
    </div>
  );
}
