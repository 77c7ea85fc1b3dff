import type { Run } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { reasonOf } from "../runs/status.js";
import { useMay } from "../settings/use-me.js";
import { DropDialog } from "./drop-dialog.js";
import { LetterDetails } from "./letter-details.js";

/** One run that the queue has given up: what it is and why, with the ways back and out. */
export function DeadLetter({ run }: { run: Run }) {
  const utils = trpc.useUtils();
  const mayAct = useMay("operator");
  const mayDrop = useMay("admin");
  const [open, setOpen] = useState(false);
  const [dropping, setDropping] = useState(false);
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
          {run.workflow}, given up <TimeAgo at={run.finishedAt ?? run.createdAt} />
        </span>
        <span className="ml-auto flex gap-2">
          {mayAct && (
            <Button
              size="small"
              disabled={requeue.isPending || requeue.isSuccess}
              onClick={() => requeue.mutate({ runId: run.id })}
            >
              <RotateCw aria-hidden />
              {requeue.isPending ? "Queueing..." : "Queue again"}
              <span className="sr-only">: {run.name}</span>
            </Button>
          )}
          {mayDrop && (
            <Button size="small" look="danger" onClick={() => setDropping(true)}>
              <Trash2 aria-hidden />
              Drop
              <span className="sr-only">: {run.name}</span>
            </Button>
          )}
        </span>
      </div>
      <p className="text-ink-soft">{reasonOf(run)}</p>
      {requeue.isError && (
        <p role="alert" className="text-bad">
          {toProblem(requeue.error).message}
        </p>
      )}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="w-fit text-sm font-medium text-ink-soft">
          What was in the queue, and why it failed
        </summary>
        {open && <LetterDetails run={run} />}
      </details>
      <DropDialog run={run} open={dropping} onOpenChange={setDropping} />
    </li>
  );
}
