import { Button } from "../../components/ui/button.js";
import { CopyButton } from "../../components/ui/copy.js";
import { Dialog } from "../../components/ui/dialog.js";

interface SecretDialogProps {
  /** Null shows nothing. */
  secret: string | null;
  close: () => void;
}

/** Shows a secret, the only time that there is. */
export function SecretDialog({ secret, close }: SecretDialogProps) {
  return (
    <Dialog
      open={secret !== null}
      onOpenChange={(open) => !open && close()}
      title="The secret of this webhook"
      description="Messages are signed with it, so that your receiver knows that they are ours. Copy it now: it is not shown again."
      actions={
        <Button look="primary" onClick={close}>
          I have it
        </Button>
      }
    >
      {secret && (
        <div className="flex items-start gap-2 rounded-md bg-sunken p-2">
          <code data-testid="webhook-secret" className="min-w-0 font-mono text-sm break-all">
            {secret}
          </code>
          <CopyButton text={secret} what="secret" className="ml-auto shrink-0" />
        </div>
      )}
    </Dialog>
  );
}
