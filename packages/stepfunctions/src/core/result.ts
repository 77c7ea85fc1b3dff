import { evaluateText } from "../language/template.js";
import type { Scope } from "../language/expression.js";
import type { Next, Result, State } from "./machine.js";
import type { Branch, Visit } from "./state.js";
import type { Turn } from "./turn.js";

/** What a state hands on: its output and newly assigned variables, as JSON texts. */
export interface Passed {
  output: string;
  assigned: Record<string, string>;
}

/**
 * Evaluates Assign and Output, both against the variables as they were.
 * @param otherwise the output where the definition gives none
 * @param path where the fields stand in the state ("" or "Choices[0]/")
 */
export async function evaluateResult(
  result: Result,
  scope: Scope,
  otherwise: string,
  path = "",
): Promise<Passed> {
  const assigned: Record<string, string> = {};
  for (const [name, template] of result.assign)
    assigned[name] = await evaluateText(template, scope, `${path}Assign/${name}`);
  const output =
    result.output === null ? otherwise : await evaluateText(result.output, scope, `${path}Output`);
  return { output, assigned };
}

/** Leaves a state: the Exited event and, at the end of the machine, the execution's success. */
export function leave(
  turn: Turn,
  branch: Branch,
  state: State,
  visit: Visit,
  passed: Passed,
  next: Next,
): void {
  const assignment = Object.keys(passed.assigned).length > 0 ? { assignedVariables: passed.assigned } : {};
  const details = { ...assignment, name: visit.state, output: passed.output };
  const then = next === "end" ? ({ kind: "end" } as const) : ({ kind: "go", state: next.state } as const);
  turn.emit(branch.id, `${state.type}StateExited`, details, { then });
  if (next === "end") turn.emit(branch.id, "ExecutionSucceeded", { output: passed.output });
}
