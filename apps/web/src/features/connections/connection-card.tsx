import { CircleCheck, RefreshCw, Unplug } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { Notice } from "../../components/ui/notice.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { DeleteConnection } from "./delete-connection.js";
import { InstanceList } from "./instance-list.js";
import { useConnect } from "./use-connect.js";

export type Connection = Outputs["connections"]["list"][number];

/** One connection: whether it works, what it reaches, and what can be done with it. */
export function ConnectionCard({ connection }: { connection: Connection }) {
  const { id, name, status, problem, connectedAt, connectedBy, syncedAt } = connection;
  const utils = trpc.useUtils();
  const mayUse = useMay("operator");
  const mayConnect = useMay("admin");
  const { connect, pending, problem: connectProblem } = useConnect();
  const sync = trpc.connections.sync.useMutation({ onSettled: () => utils.connections.invalidate() });
  const works = status === "active";
  const reconnect = (
    <Button
      look={works ? "quiet" : "primary"}
      size="small"
      disabled={pending}
      onClick={() => connect({ connectionId: id })}
    >
      {pending ? "Going to Amazon..." : "Connect again"}
      <span className="sr-only">: {name}</span>
    </Button>
  );
  const failed = connectProblem ?? (sync.isError ? toProblem(sync.error).message : null);
  return (
    <li className="grid gap-3 rounded-lg border bg-surface p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="font-semibold">{name}</h2>
        <span
          className={
            works ? "inline-flex items-center gap-1 text-good" : "inline-flex items-center gap-1 text-bad"
          }
        >
          {works ? <CircleCheck aria-hidden className="size-4" /> : <Unplug aria-hidden className="size-4" />}
          {works ? "Connected" : "Not accepted any more"}
        </span>
        <div className="ml-auto flex flex-wrap gap-2">
          {mayUse && works && (
            <Button size="small" disabled={sync.isPending} onClick={() => sync.mutate({ connectionId: id })}>
              <RefreshCw aria-hidden />
              {sync.isPending ? "Asking Amazon..." : "Sync instances"}
              <span className="sr-only">: {name}</span>
            </Button>
          )}
          {mayConnect && works && reconnect}
          {mayConnect && <DeleteConnection connection={connection} />}
        </div>
      </div>
      {problem !== null && (
        <Notice
          look="bad"
          role="alert"
          title="This connection has to be made again"
          actions={mayConnect ? reconnect : null}
        >
          {problem}
          {!mayConnect && " Ask an admin of your organisation."}
        </Notice>
      )}
      {failed !== null && (
        <p role="alert" className="text-bad">
          {failed}
        </p>
      )}
      <p className="text-sm text-ink-soft">
        Connected <TimeAgo at={connectedAt} />
        {connectedBy !== null && ` by ${connectedBy}`}
        {syncedAt !== null && (
          <>
            , instances read <TimeAgo at={syncedAt} />
          </>
        )}
      </p>
      <InstanceList connectionId={id} synced={syncedAt !== null} />
    </li>
  );
}
