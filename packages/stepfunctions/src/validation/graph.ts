import type { Findings } from "./diagnostics.js";
import { type Level, reachable, targetsOf } from "./levels.js";
import type { Json } from "./shape.js";

/** Checks names and transitions: every target stands on the level of its state, and every state can be reached. */
export function checkGraph(levels: Level[], findings: Findings): void {
  checkNames(levels, findings);
  checkLabels(levels, findings);
  for (const level of levels) checkTargets(level, findings);
  const top = levels[0];
  if (top !== undefined && ![...top.states.values()].some(isTerminal))
    return findings.error(undefined, "Workflow has no terminal state", "MISSING_END_STATE");
  for (const level of levels) checkReachable(level, findings);
}

function checkNames(levels: Level[], findings: Findings): void {
  const seen = new Set<string>();
  for (const { at, states } of levels)
    for (const name of states.keys()) {
      if (seen.has(name))
        findings.error(`${at}/States/${name}`, `Duplicate State name: ${name}`, "DUPLICATE_STATE_NAME");
      seen.add(name);
    }
}

function checkLabels(levels: Level[], findings: Findings): void {
  const seen = new Set<unknown>();
  for (const { at, states } of levels)
    for (const [name, { Type: type, Label: label }] of states) {
      if (type !== "Map" || typeof label !== "string") continue;
      if (seen.has(label))
        findings.error(
          `${at}/States/${name}/Label`,
          `Duplicate Label name: ${label}`,
          "DUPLICATE_LABEL_NAME",
        );
      seen.add(label);
    }
}

function checkTargets({ at, startAt, states }: Level, findings: Findings): void {
  const check = (target: string, place: string) => {
    if (!states.has(target))
      findings.error(place, `Missing 'Next' target: ${target}`, "MISSING_TRANSITION_TARGET");
  };
  check(startAt, `${at}/StartAt`);
  for (const [name, state] of states)
    for (const [target, place] of targetsOf(state)) check(target, `${at}/States/${name}/${place}`);
}

function checkReachable({ at, startAt, states }: Level, findings: Findings): void {
  const reached = reachable(states, [startAt]);
  for (const name of states.keys())
    if (!reached.has(name))
      findings.error(
        `${at}/States/${name}`,
        `State "${name}" is not reachable.`,
        "MISSING_TRANSITION_TARGET",
      );
}

function isTerminal({ Type: type, End: end }: Json): boolean {
  return end === true || type === "Succeed" || type === "Fail";
}
