import type { Role } from "@longhaul/kit";
import { Select } from "../../components/ui/input.js";
import { toProblem } from "../../lib/errors.js";
import { humanize } from "../../lib/format.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { type Actor, mayRemove, roleMeanings, rolesToGive, whyFixed } from "./member-rules.js";
import { RemoveMember } from "./remove-member.js";

interface MemberRowProps {
  member: Outputs["members"]["list"][number];
  me: Actor;
  owners: number;
}

/** One person: name, role, and what may be done about them. */
export function MemberRow({ member, me, owners }: MemberRowProps) {
  const utils = trpc.useUtils();
  const setRole = trpc.members.setRole.useMutation({
    onSuccess: (members) => {
      utils.members.list.setData(undefined, members);
      if (member.userId === me.userId) void utils.me.get.invalidate();
    },
    onError: () => void utils.members.list.invalidate(),
  });
  const choices = rolesToGive(me, member, owners);
  const fixed = whyFixed(me, member, owners);
  const shown = setRole.isPending ? setRole.variables.role : member.role;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-1 border-b px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-40">
          <p className="truncate font-medium">
            {member.name}
            {member.userId === me.userId && <span className="font-normal text-ink-soft"> (you)</span>}
          </p>
          {member.email && <p className="truncate text-sm text-ink-soft">{member.email}</p>}
        </div>
        {choices.length > 0 ? (
          <Select
            aria-label={`Role of ${member.name}`}
            className="w-36"
            value={shown}
            disabled={setRole.isPending}
            onChange={(event) => setRole.mutate({ userId: member.userId, role: event.target.value as Role })}
          >
            {choices.map((role) => (
              <option key={role} value={role}>
                {humanize(role)}
              </option>
            ))}
          </Select>
        ) : (
          <span className="text-ink-soft">{humanize(member.role)}</span>
        )}
        {mayRemove(me, member, owners) && <RemoveMember member={member} self={member.userId === me.userId} />}
      </div>
      <p className="text-sm text-ink-soft">
        {humanize(shown)}: {roleMeanings[shown]}.{fixed && ` ${fixed}`}
      </p>
      {setRole.isError && (
        <p role="alert" className="text-bad">
          {toProblem(setRole.error).message}
        </p>
      )}
    </li>
  );
}
