import type { Step } from "../step/step.js";
import type { Draft } from "./draft.js";

/** Steps by who calls them: the machine, or the one that takes back. */
interface Called {
  readonly steps: readonly Step[];
  readonly compensations: readonly Step[];
}

/** Refuses retired steps whose function would be there twice. */
export function checkRetired(draft: Draft, retired: Called, present: Called): void {
  const seen = new Set<string>();
  for (const kind of ["steps", "compensations"] as const) {
    const names = (of: keyof Called) => new Set(present[of].map(({ name }) => name));
    const [same, other] = [names(kind), names(kind === "steps" ? "compensations" : "steps")];
    for (const { name } of retired[kind]) {
      if (same.has(name) || other.has(name)) {
        // What only the other machine calls is not called for runs of before when it is left out.
        const mend = `${same.has(name) ? "leave it out, or " : ""}rename the one that it has.`;
        draft.refuse(`"${name}" is named as retired, but the machine has a step of that name: ${mend}`);
      }
      if (seen.has(name)) draft.refuse(`the retired step "${name}" is named twice.`);
      seen.add(name);
    }
  }
}
