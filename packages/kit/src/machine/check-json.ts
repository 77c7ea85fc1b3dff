import { z } from "zod";
import type { Contract } from "../contract.js";
import type { Step } from "../step/step.js";
import type { Draft } from "./draft.js";

type Side = "input" | "output";

interface Unfit {
  /** With its article, and why it cannot stand there: "a date, which JSON has not". */
  readonly is: string;
  readonly instead: string;
}

const foreign = (is: string, instead: string): Unfit => ({ is: `${is}, which JSON has not`, instead });
const asData = "let it be a text, a number, a list or an object";
const repeated = "and a rerun would enter what it has made";
const byAStep = "take what a person enters, and let a step make something of it";

/** Kinds of values that JSON has not: none comes through it. */
const foreigners: Readonly<Record<string, Unfit>> = {
  bigint: foreign("a bigint", "let it be z.int(), or a text of digits"),
  date: foreign("a date", "let it be a text, z.iso.datetime() or z.iso.date()"),
  file: foreign("a file", "let it be the id of an artifact, which fileField() asks a person for"),
  function: foreign("a function", asData),
  map: foreign("a map", "let it be z.record()"),
  nan: foreign("a NaN", "let it be z.number(), or z.null() for none"),
  promise: foreign("a promise", asData),
  set: foreign("a set", "let it be z.array()"),
  symbol: foreign("a symbol", asData),
};

/** What forms and the API's reference have no words for, or what gives something else when it is entered again. */
const unentered: Readonly<Record<string, Unfit>> = {
  undefined: foreign("an undefined", "let the field be .optional()"),
  void: foreign("a void", "let the field be .optional()"),
  custom: {
    is: "a schema of z.custom() or z.instanceof(), of which a form knows nothing",
    instead: "say what the value is, and add the rule with .refine()",
  },
  transform: { is: `a transform, ${repeated}`, instead: byAStep },
  codec: { is: `a codec, ${repeated}`, instead: byAStep },
  literal: foreign("a literal", "let it be a text, a number, a boolean or null"),
  catch: {
    is: "a .catch() that makes its value, which a form cannot know",
    instead: "let it be .catch() of a value, or .default()",
  },
};

/**
 * Refuses schemas of what goes through a machine as JSON that ask for what JSON has not, and those of forms that cannot be
 * drawn. A step may make a date of a text that it is given (`z.coerce.date()`); a form may not.
 */
export function checkJson(
  draft: Draft,
  contract: Pick<Contract, "input" | "output">,
  steps: readonly Step[],
): void {
  const demand = (what: string, found: Found | undefined) => {
    if (!found) return;
    const at = found.path === "" ? "" : ` at "${found.path}"`;
    const [kind, ...why] = found.unfit.is.split(", ");
    draft.refuse(`${what} has ${kind}${at}, ${why.join(", ")}: ${found.unfit.instead}.`);
  };
  const demandForm = (what: string, form: z.ZodType) => {
    demand(what, unenteredIn(form, "input") ?? unenteredIn(form, "output"));
    try {
      z.toJSONSchema(form, { io: "input" });
    } catch (error) {
      draft.refuse(`${what} cannot be shown as a form: ${(error as Error).message}`, error);
    }
  };
  demandForm("the contract's input", contract.input);
  demand("the contract's output", foreignIn(contract.output, "output"));
  for (const { name, input, output } of steps) {
    demand(`the input of "${name}"`, foreignIn(input, "input"));
    demand(`the output of "${name}"`, foreignIn(output, "output"));
  }
  for (const node of draft.nodes()) {
    if (node.kind === "approval") demandForm(`the form of "${node.name}"`, node.form);
  }
}

interface Found {
  readonly unfit: Unfit;
  readonly path: string;
}

/** The first part that no JSON holds; what a step's input makes of JSON will do. */
function foreignIn(schema: z.ZodType, side: Side): Found | undefined {
  return firstIn(schema, side, ({ def }) => {
    const coerced = side === "input" && "coerce" in def && def.coerce === true;
    return coerced ? undefined : foreigners[def.type];
  });
}

/** The first part that a person cannot enter, or not once more when the run is repeated. */
function unenteredIn(schema: z.ZodType, side: Side): Found | undefined {
  return firstIn(schema, side, ({ def }, representable) => {
    if ("reverseTransform" in def) return unentered["codec"];
    return foreigners[def.type] ?? (representable ? undefined : unentered[def.type]);
  });
}

/** Asks about each part of a schema, as zod itself goes through it to write it as a JSON schema. */
function firstIn(
  schema: z.ZodType,
  io: Side,
  ask: (part: z.core.$ZodTypes["_zod"], representable: boolean) => Unfit | undefined,
): Found | undefined {
  const unrepresentable = new Set<unknown>();
  const found: Found[] = [];
  z.toJSONSchema(schema, {
    io,
    // Names that schemas have elsewhere are no matter here, and would have to be unique.
    metadata: z.registry(),
    unrepresentable: ({ zodSchema }) => {
      unrepresentable.add(zodSchema);
      return "any";
    },
    override: ({ zodSchema, path }) => {
      const unfit = ask(zodSchema._zod, !unrepresentable.has(zodSchema));
      if (unfit) found.push({ unfit, path: pathOf(path) });
    },
  });
  // Zod tells of the last part first.
  return found.at(-1);
}

/** A place in a JSON schema as one in its values: "lines[].at", "{}" for a record's values. */
function pathOf(steps: readonly (string | number)[]): string {
  let path = "";
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index];
    if (step === "properties") path += `${path === "" ? "" : "."}${steps[(index += 1)]}`;
    else if (step === "prefixItems") path += `[${steps[(index += 1)]}]`;
    else if (step === "items") path += "[]";
    else if (step === "additionalProperties") path += "{}";
  }
  return path;
}
