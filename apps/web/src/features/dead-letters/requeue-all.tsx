import { RotateCw } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { currentTime } from "../../lib/clock.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";

/** Queues everything again that is there now, after saying so. */
export function RequeueAll({ count, more }: { count: number; more: boolean }) {
  const utils = trpc.useUtils();
  const [open, setOpen] = useState(false);
  const requeue = trpc.deadLetters.requeueAll.useMutation({
    onSuccess: () => setOpen(false),
    onSettled: () => utils.deadLetters.list.invalidate(),
  });
  const many = `${count}${more ? " or more" : ""}`;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <RotateCw aria-hidden />
        Queue all again
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Queue all of them again?"
        description={
          <p>
            All dead letters that are there now ({many}) go back into the queue and wait for their turn. What
            fails again comes back here.
          </p>
        }
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Leave them</Button>
            <Button
              look="primary"
              disabled={requeue.isPending}
              onClick={() => requeue.mutate({ until: new Date(currentTime()).toISOString() })}
            >
              {requeue.isPending ? "Queueing..." : "Queue them"}
            </Button>
          </>
        }
      >
        {requeue.isError && (
          <p role="alert" className="text-bad">
            {toProblem(requeue.error).message}
          </p>
        )}
      </Dialog>
    </>
  );
}
