import { Button } from "../../components/ui/button.js";
import { Notice } from "../../components/ui/notice.js";
import { toProblem } from "../../lib/errors.js";
import { useMe } from "../settings/use-me.js";
import { useEnter } from "./use-enter.js";

/** Shown to who was taken out of the organisation that they work for: where else they belong, or how to get somewhere. */
export function Elsewhere() {
  const { data: me } = useMe();
  const { enter, pending, error } = useEnter();
  if (!me || me.organisation) return null;
  return (
    <Notice
      look="warn"
      className="mb-4"
      title="You do not belong to this organisation any more."
      actions={me.organisations.map(({ id, name }) => (
        <Button key={id} disabled={pending} onClick={() => enter(id)}>
          Go to {name}
        </Button>
      ))}
    >
      {error
        ? toProblem(error).message
        : me.organisations.length === 0 && `An admin of one can invite ${me.email ?? "you"}.`}
    </Notice>
  );
}
