import { Field } from "../../components/ui/field.js";
import { Select } from "../../components/ui/input.js";
import { toProblem } from "../../lib/errors.js";
import type { Outputs } from "../../lib/trpc.js";
import { useEnter } from "./use-enter.js";

/** Which of several organisations the person works for. */
export function OrganisationChoice({ me }: { me: Outputs["me"]["get"] }) {
  const { enter, pending, error } = useEnter();
  return (
    <Field
      label="Work for"
      required
      help="Every page shows the organisation that is chosen here."
      error={error ? toProblem(error).message : undefined}
    >
      {(control) => (
        <Select
          {...control}
          value={me.organisation?.id ?? ""}
          disabled={pending}
          onChange={(event) => enter(event.target.value)}
        >
          {me.organisations.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
