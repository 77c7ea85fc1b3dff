import { isStatesMember, STATES_MEMBERS, type StatesMember } from "./sight.js";
import { type AstNode, nodesOf } from "./syntax-tree.js";

/** What of $states an expression reads. */
export interface Reads {
  /** Its members: all of them unless each `$states` is followed by a name. */
  members: readonly StatesMember[];
  /** Members of $states.result; undefined where more than single ones may be read. */
  results: readonly string[] | undefined;
}

export function readsOf(ast: AstNode): Reads {
  const read = new Set<unknown>();
  const results = new Set<string>();
  let whole = false;
  let named = 0;
  let all = 0;
  let above = false;
  for (const { type, value, steps } of nodesOf(ast)) {
    // What holds a value may be reached from it.
    if (type === "parent") above = true;
    if (type === "variable" && value === "states") all += 1;
    if (type !== "path" || steps?.[0]?.type !== "variable" || steps[0].value !== "states") continue;
    const [start, member, part] = steps;
    if (start.predicate !== undefined || member?.type !== "name") continue;
    named += 1;
    read.add(member.value);
    if (member.value !== "result") continue;
    if (member.stages === undefined && part?.type === "name") results.add(String(part.value));
    else whole = true;
  }
  if (above || named !== all) return { members: STATES_MEMBERS, results: undefined };
  return { members: [...read].filter(isStatesMember), results: whole ? undefined : [...results] };
}
