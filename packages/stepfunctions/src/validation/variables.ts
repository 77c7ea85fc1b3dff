import { queryLanguage } from "../core/compile.js";
import { isObject } from "../json.js";
import { compileTemplate, expressionsIn } from "../language/template.js";
import type { Findings } from "./diagnostics.js";

type Json = Record<string, unknown>;

const BUILT_IN = new Set(
  (
    "abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent " +
    "distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis " +
    "hash join keys length lookup lowercase map match max merge millis min not now number pad parse parseInteger partition " +
    "power random range reduce replace reverse round shuffle sift single sort split spread sqrt states string substring " +
    "substringAfter substringBefore sum toMillis trim type uppercase uuid zip"
  ).split(" "),
);

/**
 * Warns of variables that are read and never assigned. AWS accepts such a definition too, and the state fails when it
 * reads one, so this is a warning.
 */
export function checkVariables(definition: Json, findings: Findings): void {
  const states = Object.entries(definition.States as Record<string, Json>).filter(
    ([, state]) => queryLanguage(definition, state) === "JSONata",
  );
  const assigned = new Set(
    states.flatMap(([, state]) => parts(state).flatMap((part) => Object.keys(part.Assign ?? {}))),
  );
  for (const [name, state] of states)
    for (const [path, expression] of expressionsIn(compileTemplate(state), `/States/${name}`))
      for (const variable of expression.free)
        if (!BUILT_IN.has(variable) && !assigned.has(variable))
          findings.warning(path, `The variable '$${variable}' is never assigned`, "UNDEFINED_VARIABLE");
}

/** A state and the rules and catchers in it: the places where variables are assigned. */
function parts(state: Json): Json[] {
  const lists = [state.Choices, state.Catch].filter(Array.isArray).flat();
  return [state, ...lists.filter(isObject)];
}
