import jsonata from "jsonata";
import { ENTRY, type Frame } from "./evaluation.js";

/** What jsonata calls a function on: `this` of its implementation. */
export interface Focus {
  createSequence(...items: unknown[]): unknown[];
}

export type Implementation = (this: Focus, ...args: unknown[]) => unknown;

/** A function as jsonata keeps it. */
export interface Definition {
  _jsonata_function: true;
  implementation: Implementation;
  signature?: unknown;
}

const outermost = outermostFrame();

/** jsonata hands a frame to a hook that it calls before it waits for anything; those of its functions are found in it. */
function outermostFrame(): Frame {
  let found: Frame | undefined;
  const probe = jsonata("1");
  probe.assign(ENTRY as unknown as string, (_: unknown, __: unknown, frame: Frame) => {
    found = frame;
  });
  void probe.evaluate(undefined);
  if (found === undefined) throw new Error("jsonata calls no hook before an evaluation");
  return found;
}

/** A function that jsonata brings along, undefined for any other name. */
export function builtIn(name: string): Definition | undefined {
  const value = outermost.lookup(name) as Partial<Definition> | undefined;
  return value?._jsonata_function === true ? (value as Definition) : undefined;
}
