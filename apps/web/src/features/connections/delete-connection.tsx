import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import type { Connection } from "./connection-card.js";

/** Says what goes with a connection before it goes. */
export function DeleteConnection({ connection: { id, name, instances } }: { connection: Connection }) {
  const [open, setOpen] = useState(false);
  const utils = trpc.useUtils();
  const remove = trpc.connections.remove.useMutation({
    onSuccess: () => {
      setOpen(false);
      return utils.connections.invalidate();
    },
  });
  return (
    <>
      <Button look="danger" size="small" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden />
        Delete
        <span className="sr-only">: {name}</span>
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${name}?`}
        description={
          <p>
            Its tokens are deleted and given up at Amazon, and{" "}
            {instances === 1 ? "its instance is" : `its ${instances} instances are`} taken off the list.
            Queries that use them cannot be run until you choose others. Results that are there stay.
          </p>
        }
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button
              look="danger"
              disabled={remove.isPending}
              onClick={() => remove.mutate({ connectionId: id })}
            >
              {remove.isPending ? "Deleting..." : "Delete the connection"}
            </Button>
          </>
        }
      >
        {remove.isError && (
          <p role="alert" className="text-bad">
            {toProblem(remove.error).message}
          </p>
        )}
      </Dialog>
    </>
  );
}
