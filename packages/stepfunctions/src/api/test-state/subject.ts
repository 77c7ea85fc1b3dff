import { AwsError } from "../../aws-error.js";
import { compileMachine } from "../../core/compile.js";
import type { Machine } from "../../core/machine.js";
import { isObject, parseJson } from "../../json.js";
import { invalidDefinitionMessage } from "../../validation/diagnostics.js";
import { levelsOf } from "../../validation/levels.js";
import { validateDefinition, validateState } from "../../validation/validate.js";
import { refused } from "./read-request.js";

type Json = Record<string, unknown>;

/** As recorded on AWS, whatever the state is called in its machine. */
const NAME = "StateName";

/** The state under test. */
export interface Subject {
  type: string;
  definition: Json;
  /** A machine of nothing else. */
  machine: Machine;
}

/**
 * The state that a definition is of, or the one of that name in a machine's definition, at any depth.
 * @throws AwsError InvalidDefinition, ValidationException for a name that the machine does not have
 */
export function readSubject(text: string, stateName: string | undefined): Subject {
  const { definition, language } = stateName === undefined ? single(text) : named(text, stateName);
  const machine = compileMachine({
    ...(language === undefined ? {} : { QueryLanguage: language }),
    StartAt: NAME,
    States: { [NAME]: definition },
  });
  return { type: definition.Type as string, definition, machine };
}

/** The names of the states that a state holds, at any depth. */
export function statesWithin({ definition }: Subject): Set<string> {
  const levels = levelsOf({ StartAt: NAME, States: { [NAME]: definition } });
  return new Set(levels.slice(1).flatMap(({ states }) => [...states.keys()]));
}

interface Found {
  definition: Json;
  language: unknown;
}

function named(text: string, name: string): Found {
  const { diagnostics, definition: machine } = validateDefinition(text);
  if (machine === undefined) throw new AwsError("InvalidDefinition", invalidDefinitionMessage(diagnostics));
  for (const { states } of levelsOf(machine)) {
    const definition = states.get(name);
    if (definition !== undefined) return { definition, language: machine.QueryLanguage };
  }
  throw refused("State not found in definition");
}

function single(text: string): Found {
  const definition = readState(text);
  const diagnostics = validateState(definition, NAME);
  if (!isObject(definition) || diagnostics.some(({ severity }) => severity === "ERROR"))
    throw new AwsError("InvalidDefinition", invalidDefinitionMessage(diagnostics));
  return { definition, language: undefined };
}

function readState(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // What is not JSON is described as for a machine.
    const { diagnostics } = validateDefinition(text);
    throw new AwsError("InvalidDefinition", invalidDefinitionMessage(diagnostics));
  }
}
