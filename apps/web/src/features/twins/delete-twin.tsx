import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { Notice } from "../../components/ui/notice.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import type { Twin } from "./twin-state.js";

/** Deletes a twin after saying what goes with it. */
export function DeleteTwin({ twin, onRemoved }: { twin: Twin; onRemoved: () => void }) {
  const [open, setOpen] = useState(false);
  const utils = trpc.useUtils();
  const remove = trpc.twins.remove.useMutation({
    onSuccess: async () => {
      setOpen(false);
      onRemoved();
      await utils.twins.invalidate();
    },
  });
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden />
        Delete
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete "${twin.name}"?`}
        description={
          <>
            <p>
              All {twin.versions.length === 1 ? "that it has read and learned goes" : "its versions go"}: the
              texts, the models, and the documents that were uploaded for it. A training that is under way is
              stopped.
            </p>
            <p>
              This cannot be taken back. Runs and their answers stay in the list of runs until they expire.
            </p>
          </>
        }
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button
              look="danger"
              disabled={remove.isPending}
              onClick={() => remove.mutate({ twinId: twin.id })}
            >
              {remove.isPending ? "Deleting..." : "Delete the twin"}
            </Button>
          </>
        }
      >
        {remove.isError && (
          <Notice role="alert" look="bad">
            {toProblem(remove.error).message}
          </Notice>
        )}
      </Dialog>
    </>
  );
}
