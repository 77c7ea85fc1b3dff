import type { Format, PlannedTurn } from "./result.js";

/** The turns of a talk, in order. A panel's rounds begin with the moderator's question. */
export function planOf(format: Format, agents: number, rounds: number): PlannedTurn[] {
  const turns: PlannedTurn[] = [];
  const add = (turn: Omit<PlannedTurn, "number">) => turns.push({ number: turns.length + 1, ...turn });
  for (let round = 1; round <= rounds; round += 1) {
    if (format === "panel") add({ round, kind: "question", agent: null });
    for (let agent = 0; agent < agents; agent += 1) {
      if (format === "panel") add({ round, kind: "answer", agent });
      else if (format === "simulation") add({ round, kind: "action", agent });
      else add({ round, kind: "statement", agent: null });
    }
  }
  return turns;
}
