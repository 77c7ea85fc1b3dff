import { Mail, MailCheck, MailX } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { TimeAgo } from "../../components/ui/time.js";
import { useConfig } from "../../lib/config.js";
import { toProblem } from "../../lib/errors.js";
import { humanize } from "../../lib/format.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { JoinLink } from "./join-link.js";

type Invitation = Outputs["members"]["invitations"][number];

/** Who has not answered yet, and what became of the mails that tell them. */
export function OpenInvitations({ invitations }: { invitations: readonly Invitation[] }) {
  return (
    <ul aria-label="Open invitations" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      {invitations.map((invitation) => (
        <OpenInvitation key={invitation.email} invitation={invitation} />
      ))}
    </ul>
  );
}

function OpenInvitation({ invitation: { email, role, expiresAt, mail } }: { invitation: Invitation }) {
  const { mailsInvitations } = useConfig();
  const utils = trpc.useUtils();
  const onSuccess = (invitations: Invitation[]) => utils.members.invitations.setData(undefined, invitations);
  const withdraw = trpc.members.withdraw.useMutation({ onSuccess });
  // What is refused may be another's doing: it is not any more what this row says.
  const onError = () => void utils.members.invitations.invalidate();
  const again = trpc.members.mailAgain.useMutation({ onSuccess, onError });
  const problem = withdraw.error ?? again.error;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t pt-2">
      <div className="min-w-0 flex-1 basis-48">
        <p className="truncate" title={email}>
          {email}
        </p>
        <p className="text-sm text-ink-soft">
          {humanize(role)}, has not answered; ends <TimeAgo at={expiresAt} />
        </p>
        {(mail ?? mailsInvitations) && <MailState mail={mail} />}
      </div>
      <div className="flex flex-wrap gap-2">
        {mailsInvitations && (
          <Button size="small" disabled={again.isPending} onClick={() => again.mutate({ email })}>
            {mail ? "Mail again" : "Mail it"}
            <span className="sr-only"> to {email}</span>
          </Button>
        )}
        <Button size="small" disabled={withdraw.isPending} onClick={() => withdraw.mutate({ email })}>
          Take back
          <span className="sr-only"> the invitation of {email}</span>
        </Button>
      </div>
      {problem && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(problem).message}
        </p>
      )}
    </li>
  );
}

const line = "flex gap-1.5 text-sm [&_svg]:mt-0.5 [&_svg]:size-3.5 [&_svg]:shrink-0";

/** Whether the person was told by mail; the reason where they were not. */
function MailState({ mail }: { mail: Invitation["mail"] }) {
  if (!mail)
    return (
      <p className={`${line} text-ink-soft`}>
        <Mail aria-hidden />
        <span>
          Not mailed <JoinLink>The link</JoinLink>
        </span>
      </p>
    );
  if (mail.status === "sent")
    return (
      <p className={`${line} text-ink-soft`}>
        <MailCheck aria-hidden />
        <span>Mailed {mail.sentAt && <TimeAgo at={mail.sentAt} />}</span>
      </p>
    );
  if (mail.status === "failed")
    return (
      <p className={`${line} text-bad`}>
        <MailX aria-hidden />
        <span>
          Could not be mailed: {mail.error} <JoinLink>The link</JoinLink>
        </span>
      </p>
    );
  if (mail.error === null)
    return (
      <p className={`${line} text-ink-soft`}>
        <Mail aria-hidden />
        Being mailed...
      </p>
    );
  return (
    <p className={`${line} text-warn`}>
      <Mail aria-hidden />
      <span>
        Not mailed yet: {mail.error}{" "}
        {mail.nextTryAt ? (
          <>
            Next try <TimeAgo at={mail.nextTryAt} />.
          </>
        ) : (
          "Being tried again..."
        )}
      </span>
    </p>
  );
}
