import { Panel } from "../../components/ui/panel.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { InviteForm } from "./invite-form.js";
import { MemberRow } from "./member-row.js";
import { useMay, useMe } from "./use-me.js";

/** Who belongs to the organisation; admins say what they may do, and whom else they would have. */
export function MembersPanel() {
  const { data, error, refetch } = trpc.members.list.useQuery();
  const { data: me } = useMe();
  const mayInvite = useMay("admin");
  return (
    <Panel title="Members" flush>
      {error ? (
        <div className="p-4">
          <ProblemView what="The members" error={error} retry={() => void refetch()} />
        </div>
      ) : !data || !me?.organisation ? (
        <div className="p-4">
          <SkeletonLines label="Reading the members" />
        </div>
      ) : (
        <ul aria-label="Members" className={mayInvite ? "border-b" : undefined}>
          {data.map((member) => (
            <MemberRow
              key={member.userId}
              member={member}
              me={{ userId: me.userId, role: me.organisation?.role ?? "viewer" }}
              owners={data.filter(({ role }) => role === "owner").length}
            />
          ))}
        </ul>
      )}
      {mayInvite && <InviteForm />}
    </Panel>
  );
}
