import type { Run } from "@longhaul/kit";
import { Ban } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { Dialog } from "../../../components/ui/dialog.js";
import { Notice } from "../../../components/ui/notice.js";
import { toProblem } from "../../../lib/errors.js";
import { trpc } from "../../../lib/trpc.js";
import { ToBeUndone } from "./to-be-undone.js";

/** Cancels a run after saying what that does. */
export function CancelRun({ run }: { run: Run }) {
  const [open, setOpen] = useState(false);
  const utils = trpc.useUtils();
  const cancel = trpc.runs.cancel.useMutation({
    onSuccess: () => {
      setOpen(false);
      void utils.runs.get.invalidate({ runId: run.id });
    },
  });
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        <Ban aria-hidden />
        Cancel
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Cancel "${run.name}"?`}
        description={
          <>
            <p>The step that is running is told to stop, and no further step starts.</p>
            <ToBeUndone run={run} />
            <p>
              Files and steps that are finished stay here to be read, and you can retry the run from where it
              stopped.
            </p>
          </>
        }
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Keep it running</Button>
            <Button
              look="danger"
              disabled={cancel.isPending}
              onClick={() => cancel.mutate({ runId: run.id })}
            >
              {cancel.isPending ? "Cancelling..." : "Cancel the run"}
            </Button>
          </>
        }
      >
        {cancel.isError && (
          <Notice role="alert" look="bad">
            {toProblem(cancel.error).message}
          </Notice>
        )}
      </Dialog>
    </>
  );
}
