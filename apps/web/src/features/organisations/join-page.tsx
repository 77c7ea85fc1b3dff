import { Link } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { useSignOut } from "../session/use-sign-out.js";
import { useMe } from "../settings/use-me.js";
import { Invitations } from "./invitations.js";

/** Where the mail of an invitation leads: the organisations that would have the person, or why there is none. */
export function JoinPage() {
  const { data: me, error, refetch } = useMe();
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="Invitations" />
      {error ? (
        <ProblemView what="Your invitations" error={error} retry={() => void refetch()} />
      ) : !me ? (
        <SkeletonLines label="Reading your invitations" />
      ) : me.invitations.length > 0 ? (
        <Invitations />
      ) : (
        <NoInvitation email={me.email ?? "another address"} />
      )}
    </div>
  );
}

function NoInvitation({ email }: { email: string }) {
  const signOut = useSignOut();
  return (
    <EmptyState
      title="No invitation waits for you"
      action={
        <div className="flex flex-wrap justify-center gap-2">
          <Button asChild>
            <Link to="/">Go to the runs</Link>
          </Button>
          <Button look="quiet" onClick={signOut}>
            Sign in with another address
          </Button>
        </div>
      }
    >
      <p className="[overflow-wrap:anywhere]">
        You are signed in as <span className="font-medium">{email}</span>. An invitation is for the address
        that it was sent to, and ends after 14 days or when it is taken back.
      </p>
    </EmptyState>
  );
}
