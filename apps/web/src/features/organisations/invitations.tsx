import { useMatchRoute } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.js";
import { toProblem } from "../../lib/errors.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { roleMeanings } from "../settings/member-rules.js";
import { useMe } from "../settings/use-me.js";
import { useEnter } from "./use-enter.js";

type Offer = Outputs["me"]["get"]["invitations"][number];

/** The same on whatever page they are; the page of invitations shows them by itself. */
export function InvitationsAbove() {
  const onTheirPage = useMatchRoute()({ to: "/join" });
  return onTheirPage ? null : <Invitations />;
}

/** Organisations that would have the person: they join, or say no. */
export function Invitations() {
  const { data: me } = useMe();
  if (!me?.invitations.length) return null;
  return (
    <section aria-label="Invitations to organisations" className="mb-4 grid gap-2">
      {me.invitations.map((offer) => (
        <OfferLine key={offer.organisation.id} offer={offer} />
      ))}
    </section>
  );
}

function OfferLine({ offer: { organisation, role, by } }: { offer: Offer }) {
  const utils = trpc.useUtils();
  const { join, pending, error } = useEnter();
  const decline = trpc.me.decline.useMutation({ onSettled: () => void utils.me.get.invalidate() });
  const problem = error ?? decline.error;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border bg-surface px-4 py-3">
      <p className="min-w-0 flex-1 basis-60 [overflow-wrap:anywhere]">
        <span className="font-medium">
          {by ?? "Somebody"} invites you to {organisation.name}
        </span>{" "}
        <span className="text-ink-soft">
          as {role}, who {roleMeanings[role]}.
        </span>
      </p>
      <div className="flex gap-2">
        <Button look="primary" disabled={pending} onClick={() => join(organisation.id)}>
          {pending ? "Joining..." : "Join"}
          <span className="sr-only"> {organisation.name}</span>
        </Button>
        <Button
          look="quiet"
          disabled={decline.isPending}
          onClick={() => decline.mutate({ organisationId: organisation.id })}
        >
          Decline
          <span className="sr-only"> {organisation.name}</span>
        </Button>
      </div>
      {problem && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(problem).message}
        </p>
      )}
    </div>
  );
}
