import type { Run } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { reasonOf } from "../runs/status.js";
import { useMay } from "../settings/use-me.js";

/** One run that the queue has given up, with the way back. */
export function DeadLetter({ run }: { run: Run }) {
  const utils = trpc.useUtils();
  const mayAct = useMay("operator");
  const requeue = trpc.deadLetters.requeue.useMutation({
    onSettled: () => utils.deadLetters.list.invalidate(),
  });
  return (
    <li className="grid gap-1 border-b px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Link to="/runs/$runId/result" params={{ runId: run.id }} data-row className="link font-medium">
          {run.name}
        </Link>
        <span className="text-sm text-ink-soft">
          given up <TimeAgo at={run.finishedAt ?? run.createdAt} />
        </span>
        {mayAct && (
          <Button
            size="small"
            className="ml-auto"
            disabled={requeue.isPending || requeue.isSuccess}
            onClick={() => requeue.mutate({ runId: run.id })}
          >
            <RotateCw aria-hidden />
            {requeue.isPending ? "Queueing..." : "Queue again"}
            <span className="sr-only">: {run.name}</span>
          </Button>
        )}
      </div>
      <p className="text-ink-soft">{reasonOf(run)}</p>
      {requeue.isError && (
        <p role="alert" className="text-bad">
          {toProblem(requeue.error).message}
        </p>
      )}
    </li>
  );
}
