import { type FormEvent, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Input, Select } from "../../components/ui/input.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import { humanize } from "../../lib/format.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { roleMeanings } from "./member-rules.js";

const invitedRoles = ["viewer", "operator", "admin"] as const;
type InvitedRole = (typeof invitedRoles)[number];

/** Invites somebody by their address, and lists who has not answered yet. */
export function InviteForm() {
  const utils = trpc.useUtils();
  const { data: open } = trpc.members.invitations.useQuery();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<InvitedRole>("operator");
  const invite = trpc.members.invite.useMutation({
    onSuccess: (invitations) => {
      utils.members.invitations.setData(undefined, invitations);
      setEmail("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ email: email.trim(), role });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-4 py-3">
      <form
        noValidate
        aria-label="Invite somebody"
        onSubmit={submit}
        className="grid grid-cols-[minmax(0,1fr)] gap-3 sm:grid-cols-[minmax(0,1fr)_9rem]"
      >
        <Field
          label="Invite by e-mail address"
          required
          error={invite.error ? toProblem(invite.error).message : undefined}
          help="No message is sent: tell them to sign in or sign up here with this address. Then they can join."
        >
          {(control) => (
            <Input
              {...control}
              type="email"
              autoComplete="off"
              value={email}
              onChange={(event) => {
                invite.reset();
                setEmail(event.target.value);
              }}
            />
          )}
        </Field>
        <Field label="As" required help={`Who ${roleMeanings[role]}.`}>
          {(control) => (
            <Select
              {...control}
              value={role}
              onChange={(event) => setRole(invitedRoles.find((one) => one === event.target.value) ?? role)}
            >
              {invitedRoles.map((one) => (
                <option key={one} value={one}>
                  {humanize(one)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className="flex items-center gap-3 sm:col-span-2">
          <Button type="submit" disabled={invite.isPending}>
            {invite.isPending ? "Inviting..." : "Invite"}
          </Button>
          <p role="status" className="min-w-0 [overflow-wrap:anywhere] text-ink-soft">
            {invite.isSuccess && `${invite.variables.email} is invited.`}
          </p>
        </div>
      </form>
      {open && open.length > 0 && (
        <ul aria-label="Open invitations" className="grid grid-cols-[minmax(0,1fr)] gap-2">
          {open.map((invitation) => (
            <OpenInvitation key={invitation.email} invitation={invitation} />
          ))}
        </ul>
      )}
    </div>
  );
}

function OpenInvitation({ invitation }: { invitation: Outputs["members"]["invitations"][number] }) {
  const { email, role, expiresAt } = invitation;
  const utils = trpc.useUtils();
  const withdraw = trpc.members.withdraw.useMutation({
    onSuccess: (invitations) => utils.members.invitations.setData(undefined, invitations),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t pt-2">
      <div className="min-w-0 flex-1 basis-40">
        <p className="truncate">{email}</p>
        <p className="text-sm text-ink-soft">
          {humanize(role)}, has not answered; ends <TimeAgo at={expiresAt} />
        </p>
      </div>
      <Button size="small" disabled={withdraw.isPending} onClick={() => withdraw.mutate({ email })}>
        Take back
        <span className="sr-only"> the invitation of {email}</span>
      </Button>
      {withdraw.error && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(withdraw.error).message}
        </p>
      )}
    </li>
  );
}
