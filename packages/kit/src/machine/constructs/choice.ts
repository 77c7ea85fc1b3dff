import { Condition } from "../conditions.js";
import type { Block } from "../draft.js";
import { fromVariables } from "../expression.js";

export function conditionOf(condition: unknown, name: string, block: Block): Condition {
  if (condition instanceof Condition) return condition;
  return block.refuse(`a condition of "${name}" was not made with eq, lt, exists and the like.`);
}

/** A condition as the dashboard writes it beside the arrow. */
export function spoken(condition: Condition): string {
  return condition.expression
    .render(fromVariables)
    .replaceAll("$states.context.Execution.Input.", "")
    .replaceAll(/\$(?=[a-z]+[A-Za-z0-9]*[. ])/g, "");
}
