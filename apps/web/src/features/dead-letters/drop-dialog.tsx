import type { Run } from "@longhaul/kit";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";

interface DropDialogProps {
  run: Run;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Says what dropping does before it is done. */
export function DropDialog({ run, open, onOpenChange }: DropDialogProps) {
  const utils = trpc.useUtils();
  const drop = trpc.deadLetters.drop.useMutation({
    onSuccess: () => onOpenChange(false),
    onSettled: () => utils.deadLetters.list.invalidate(),
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Drop this message?"
      description={
        <p>
          “{run.name}” leaves the dead letters and is not queued again from here. Its run stays among the runs
          as failed, where it can still be retried.
        </p>
      }
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Keep it</Button>
          <Button look="danger" disabled={drop.isPending} onClick={() => drop.mutate({ runId: run.id })}>
            {drop.isPending ? "Dropping..." : "Drop it"}
          </Button>
        </>
      }
    >
      {drop.isError && (
        <p role="alert" className="text-bad">
          {toProblem(drop.error).message}
        </p>
      )}
    </Dialog>
  );
}
