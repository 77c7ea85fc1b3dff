import type { Findings } from "./diagnostics.js";
import { type Level, levelsOf, listOf, reachable, targetsOf } from "./levels.js";
import { queryLanguage } from "./query-language.js";
import { readVariables } from "./references.js";
import type { Json } from "./shape.js";
import { assignedNames } from "./templates.js";

/**
 * The variables that each state reads, as DescribeStateMachine.variableReferences gives them: states without any are
 * left out, names are sorted.
 */
export function variableReferences(definition: Json): Record<string, string[]> {
  const levels = levelsOf(definition);
  const references: [string, string[]][] = [];
  for (const { states } of levels)
    for (const [name, state] of states) {
      const read = readVariables(state, queryLanguage(definition, state)).map(([variable]) => variable);
      if (read.length > 0) references.push([name, [...new Set(read)].sort()]);
    }
  return Object.fromEntries(references);
}

/**
 * Checks the use of variables: an inner name must not repeat an outer one, and the items of a distributed Map do not
 * see outer variables (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html). AWS accepts
 * names that nothing assigns; the state fails when it reads one, so that is a warning.
 */
export function checkVariables(definition: Json, levels: Level[], findings: Findings): void {
  const assigned: Assigned = new Map(levels.map((level) => [level, assignments(level, definition)]));
  checkRepeats(levels, assigned, findings);
  for (const level of levels) checkReads(definition, level, assigned, findings);
}

/** Where a variable of a level is assigned first, and which states do so. */
interface Assignment {
  at: string;
  by: string[];
}

type Assigned = Map<Level, Map<string, Assignment>>;

/** Whether a level or one around it assigns a variable; "hidden" where a distributed Map lies between. */
function lookUp(
  variable: string,
  from: Level | undefined,
  assigned: Assigned,
): "visible" | "hidden" | undefined {
  let hidden = false;
  for (let level = from; level !== undefined; level = level.outer) {
    if (assigned.get(level)?.has(variable) === true) return hidden ? "hidden" : "visible";
    hidden ||= level.distributed;
  }
  return undefined;
}

/** The variables that the states of a level assign. */
function assignments({ at, states }: Level, definition: Json): Map<string, Assignment> {
  const found = new Map<string, Assignment>();
  for (const [name, state] of states) {
    const language = queryLanguage(definition, state);
    const parts: [Json, string][] = [[state, ""]];
    for (const field of ["Choices", "Catch"])
      for (const [index, part] of listOf(state, field).entries()) parts.push([part, `/${field}[${index}]`]);
    for (const [part, place] of parts)
      for (const variable of assignedNames(part.Assign, { language })) {
        const known = found.get(variable);
        if (known === undefined)
          found.set(variable, { at: `${at}/States/${name}${place}/Assign/${variable}`, by: [name] });
        else known.by.push(name);
      }
  }
  return found;
}

/** Most states looked at while repeats are searched; a hostile definition is not searched to the end. */
const MOST_STEPS = 200_000;

/**
 * An inner name repeats an outer one when the outer variable can have its value by then: when a state that assigns it
 * can lead to the state that holds the inner one. As recorded, AWS accepts a Parallel whose Catch assigns the same
 * names as its branches.
 */
function checkRepeats(levels: Level[], assigned: Assigned, findings: Findings): void {
  const followers = new Map<Assignment, Set<string>>();
  let steps = 0;
  const canLeadTo = (holder: string | undefined, outer: Level, assignment: Assignment) => {
    const known = followers.get(assignment) ?? reachable(outer.states, followersOf(outer, assignment));
    if (!followers.has(assignment)) steps += known.size;
    followers.set(assignment, known);
    return holder !== undefined && known.has(holder);
  };
  for (const level of levels)
    for (const [variable, { at }] of assigned.get(level) ?? [])
      for (let inner = level; inner.outer !== undefined && !inner.distributed; inner = inner.outer) {
        const assignment = assigned.get(inner.outer)?.get(variable);
        if (steps > MOST_STEPS) return;
        if (assignment !== undefined && canLeadTo(inner.holder, inner.outer, assignment))
          findings.error(
            at,
            `The variable '$${variable}' is assigned in an outer scope, so it cannot be assigned here.`,
            "INVALID_VARIABLE_NAME",
          );
      }
}

function* followersOf({ states }: Level, { by }: Assignment): Generator<string> {
  for (const name of by) for (const [target] of targetsOf(states.get(name) ?? {})) yield target;
}

function checkReads(definition: Json, level: Level, assigned: Assigned, findings: Findings): void {
  for (const [name, state] of level.states)
    for (const [variable, field] of readVariables(state, queryLanguage(definition, state))) {
      const found = lookUp(variable, level, assigned);
      const at = `${level.at}/States/${name}${field}`;
      if (found === "hidden")
        findings.error(
          at,
          `The variable '$${variable}' of an outer scope cannot be read in a distributed Map.`,
          "INVALID_VARIABLE_NAME",
        );
      else if (found === undefined)
        findings.warning(at, `The variable '$${variable}' is never assigned`, "UNDEFINED_VARIABLE");
    }
}
