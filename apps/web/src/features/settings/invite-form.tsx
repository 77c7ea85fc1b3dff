import type { FormEvent } from "react";
import { z } from "zod/mini";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Checkbox, Input, Select } from "../../components/ui/input.js";
import { useConfig } from "../../lib/config.js";
import { toProblem } from "../../lib/errors.js";
import { humanize } from "../../lib/format.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useDraft } from "../drafts/use-draft.js";
import { JoinLink, joinLink } from "./join-link.js";
import { roleMeanings } from "./member-rules.js";
import { OpenInvitations } from "./open-invitations.js";

const invitedRoles = ["viewer", "operator", "admin"] as const;

const invitedSchema = z.object({ email: z.string(), role: z.enum(invitedRoles), mail: z.boolean() });
type Invited = z.output<typeof invitedSchema>;

/** How often is looked whether a mail has gone, and whether one has that is tried again. */
const [soonMs, laterMs] = [1500, 30_000];

function nextLook(invitations: Outputs["members"]["invitations"] | undefined): number | false {
  const waiting = invitations?.filter(({ mail }) => mail?.status === "waiting") ?? [];
  if (waiting.length === 0) return false;
  return waiting.some(({ mail }) => mail?.error === null) ? soonMs : laterMs;
}

/** Invites somebody by their address, and lists who has not answered yet. */
export function InviteForm() {
  const utils = trpc.useUtils();
  const { mailsInvitations } = useConfig();
  const { data: open } = trpc.members.invitations.useQuery(undefined, {
    refetchInterval: ({ state }) => nextLook(state.data),
  });
  const [{ email, role, mail }, setInvited, draft] = useDraft<Invited>({
    form: "invitation",
    schema: invitedSchema,
    begin: () => ({ email: "", role: "operator", mail: true }),
  });
  const change = (part: Partial<Invited>) => setInvited((all) => ({ ...all, ...part }));
  const mails = mailsInvitations && mail;
  const invite = trpc.members.invite.useMutation({
    onSuccess: (invitations) => {
      utils.members.invitations.setData(undefined, invitations);
      const next = { email: "", role, mail };
      setInvited(next);
      draft.rebase(next);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ email: email.trim(), role, mail });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-4 py-3">
      <form
        noValidate
        aria-label="Invite somebody"
        onSubmit={submit}
        className="grid grid-cols-[minmax(0,1fr)] gap-3 @xl:grid-cols-[minmax(0,1fr)_9rem]"
      >
        <Field
          label="Invite by e-mail address"
          required
          error={invite.error ? toProblem(invite.error).message : undefined}
          help="Whoever signs in or signs up here with this address can join."
        >
          {(control) => (
            <Input
              {...control}
              type="email"
              autoComplete="off"
              value={email}
              onChange={(event) => {
                invite.reset();
                change({ email: event.target.value });
              }}
            />
          )}
        </Field>
        <Field label="As" required help={`Who ${roleMeanings[role]}.`}>
          {(control) => (
            <Select
              {...control}
              value={role}
              onChange={(event) =>
                change({ role: invitedRoles.find((one) => one === event.target.value) ?? role })
              }
            >
              {invitedRoles.map((one) => (
                <option key={one} value={one}>
                  {humanize(one)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className="@xl:col-span-2">
          <HowTheyHear
            mailed={mails}
            choose={mailsInvitations ? (chosen) => change({ mail: chosen }) : null}
          />
        </div>
        <div className="flex items-center gap-3 @xl:col-span-2">
          <Button type="submit" disabled={invite.isPending}>
            {invite.isPending ? "Inviting..." : "Invite"}
          </Button>
          <p role="status" className="min-w-0 [overflow-wrap:anywhere] text-ink-soft">
            {invite.isSuccess && `${invite.variables.email} is invited.`}
          </p>
        </div>
      </form>
      {open && open.length > 0 && <OpenInvitations invitations={open} />}
    </div>
  );
}

interface HowTheyHearProps {
  mailed: boolean;
  /** Null where there is no choice: nothing is mailed from here. */
  choose: ((mailed: boolean) => void) | null;
}

/** By a mail of ours; or by the person who invites, who gets the link for it. */
function HowTheyHear({ mailed, choose }: HowTheyHearProps) {
  return (
    <div className="grid gap-1">
      {choose && (
        <Field label="Send them an e-mail with the link" required beside>
          {(control) => (
            <Checkbox {...control} checked={mailed} onChange={(event) => choose(event.target.checked)} />
          )}
        </Field>
      )}
      {!mailed && (
        <p className="text-sm text-ink-soft">
          {choose ? "No e-mail is sent" : "No e-mail is sent from here"}: give them this link.{" "}
          <JoinLink>
            <span className="min-w-0 font-mono [overflow-wrap:anywhere]">{joinLink()}</span>
          </JoinLink>
        </p>
      )}
    </div>
  );
}
