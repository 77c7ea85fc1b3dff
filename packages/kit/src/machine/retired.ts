import type { Step } from "../step/step.js";
import type { Draft } from "./draft.js";

/** Refuses retired steps whose function would be there twice: `present` are the machine's own and its compensations. */
export function checkRetired(draft: Draft, retired: readonly Step[], present: readonly Step[]): void {
  const own = new Set(present.map(({ name }) => name));
  const seen = new Set<string>();
  for (const { name } of retired) {
    if (own.has(name)) {
      const mend = "leave it out, or rename the one that it has.";
      draft.refuse(`"${name}" is named as retired, but the machine has a step of that name: ${mend}`);
    }
    if (seen.has(name)) draft.refuse(`the retired step "${name}" is named twice.`);
    seen.add(name);
  }
}
