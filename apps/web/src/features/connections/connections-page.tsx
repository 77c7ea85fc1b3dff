import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { ConnectionCard } from "./connection-card.js";
import { useConnect } from "./use-connect.js";

/** The accounts at third parties that the organisation's runs may use. */
export function ConnectionsPage() {
  const { data, error, refetch } = trpc.connections.list.useQuery(undefined, { refetchInterval: 30_000 });
  const mayConnect = useMay("admin");
  const { connect, pending, problem } = useConnect();
  const button = (
    <Button look="primary" disabled={pending} onClick={() => connect({ name: newName(data ?? []) })}>
      {pending ? "Going to Amazon..." : "Connect Amazon Ads"}
    </Button>
  );
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="Connections" actions={mayConnect && data && data.length > 0 ? button : null} />
      <p className="mb-4 text-ink-soft">
        Accounts that your organisation's runs may use. You consent on Amazon's own page; what it gives is
        kept encrypted and is never shown.
      </p>
      {problem && (
        <p role="alert" className="mb-4 text-bad">
          {problem}
        </p>
      )}
      {error && !data ? (
        <ProblemView what="The connections" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the connections" />
      ) : data.length === 0 ? (
        <EmptyState title="Nothing is connected" action={mayConnect ? button : null}>
          {mayConnect
            ? "Connect Amazon Ads to run queries in Amazon Marketing Cloud."
            : "An admin of your organisation can connect Amazon Ads here."}
        </EmptyState>
      ) : (
        <ul className="grid gap-4">
          {data.map((connection) => (
            <ConnectionCard key={connection.id} connection={connection} />
          ))}
        </ul>
      )}
    </div>
  );
}

function newName(known: readonly { name: string }[]): string {
  const taken = new Set(known.map(({ name }) => name));
  for (let i = 1; ; i++) {
    const name = i === 1 ? "Amazon Ads" : `Amazon Ads ${i}`;
    if (!taken.has(name)) return name;
  }
}
