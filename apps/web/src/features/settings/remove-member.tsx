import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { Notice } from "../../components/ui/notice.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useSignOut } from "../session/use-sign-out.js";

interface RemoveMemberProps {
  member: Outputs["members"]["list"][number];
  /** Whether it is the person who looks: they leave, and sign in anew to what they still belong to. */
  self: boolean;
}

/** Takes a person out of the organisation, after saying what that does. */
export function RemoveMember({ member, self }: RemoveMemberProps) {
  const [open, setOpen] = useState(false);
  const utils = trpc.useUtils();
  const signOut = useSignOut();
  const remove = trpc.members.remove.useMutation({
    onSuccess: () => {
      setOpen(false);
      void utils.members.list.invalidate();
    },
  });
  const leave = trpc.members.leave.useMutation({ onSuccess: () => void signOut() });
  const pending = remove.isPending || leave.isPending;
  const error = remove.error ?? leave.error;
  return (
    <>
      <Button look="danger" size="small" onClick={() => setOpen(true)}>
        {self ? "Leave" : "Remove"}
        <span className="sr-only">{self ? " the organisation" : ` ${member.name}`}</span>
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={self ? "Leave the organisation?" : `Remove ${member.name}?`}
        description={
          <>
            <p>
              {self ? "You see" : `${member.name} sees`} nothing of the organisation any more, from this
              moment on. What {self ? "you have" : "they have"} started goes on and stays here.
            </p>
            {self && <p>You are signed out, and sign in again to what you still belong to.</p>}
          </>
        }
        actions={
          <>
            <Button onClick={() => setOpen(false)}>{self ? "Stay" : "Keep them"}</Button>
            <Button
              look="danger"
              disabled={pending}
              onClick={() => (self ? leave.mutate() : remove.mutate({ userId: member.userId }))}
            >
              {pending ? "Removing..." : self ? "Leave the organisation" : "Remove them"}
            </Button>
          </>
        }
      >
        {error && (
          <Notice role="alert" look="bad">
            {toProblem(error).message}
          </Notice>
        )}
      </Dialog>
    </>
  );
}
