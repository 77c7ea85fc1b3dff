import { ShortId } from "../../components/ui/copy.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";

/** What a connection reaches in Amazon Marketing Cloud. */
export function InstanceList({ connectionId, synced }: { connectionId: string; synced: boolean }) {
  const { data, error, refetch } = trpc.connections.instances.useQuery({ connectionId });
  if (error && !data) return <ProblemView what="The instances" error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines label="Reading the instances" />;
  if (data.length === 0) {
    return (
      <p className="text-ink-soft">
        {synced ? "This account has no instances." : "Its instances have not been read yet."}
      </p>
    );
  }
  return (
    <ul aria-label="Instances" className="divide-y rounded-md border">
      {data.map((instance) => (
        <li key={instance.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
          <span className="font-medium">{instance.name}</span>
          <span className="text-sm text-ink-soft">
            {instance.customerName}, {instance.type.toLowerCase()}
          </span>
          {!instance.available && <span className="text-sm text-warn">not to be had at the moment</span>}
          <span className="ml-auto inline-flex items-center gap-2 text-sm">
            <code className="font-mono text-ink-soft">{instance.amcInstanceId}</code>
            <ShortId id={instance.id} what="instance id" />
          </span>
        </li>
      ))}
    </ul>
  );
}
