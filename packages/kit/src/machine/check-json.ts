import { z } from "zod";
import type { Contract } from "../contract.js";
import type { Step } from "../step/step.js";
import type { Draft } from "./draft.js";

type Side = "input" | "output";

/** Kinds of values that JSON has not: none comes through it, and a form and the API's reference have no words for them. */
const foreign = new Set(["bigint", "date", "file", "function", "map", "nan", "promise", "set", "symbol"]);
const nested = 12;

/**
 * Refuses schemas of what goes through a machine as JSON that ask for what JSON has not. A step may make a date of a text
 * that it is given (`z.coerce.date()`); a form may not.
 */
export function checkJson(
  draft: Draft,
  contract: Pick<Contract, "input" | "output">,
  steps: readonly Step[],
): void {
  const demand = (what: string, schema: z.ZodType, side: Side, coerced = false) => {
    const found = foreignIn(schema, side, coerced);
    if (!found) return;
    const at = found.path === "" ? "" : ` at "${found.path}"`;
    draft.refuse(
      `${what} has a ${found.kind}${at}, which JSON has not: let it be a text, a list or an object.`,
    );
  };
  demand("the contract's input", contract.input, "input");
  demand("the contract's output", contract.output, "output");
  for (const { name, input, output } of steps) {
    demand(`the input of "${name}"`, input, "input", true);
    demand(`the output of "${name}"`, output, "output");
  }
  for (const node of draft.nodes()) {
    if (node.kind === "approval") demand(`the form of "${node.name}"`, node.form, "input");
  }
}

/** The first part of a schema that is of a foreign kind. @param coerced whether one that is made of JSON will do */
function foreignIn(
  schema: unknown,
  side: Side,
  coerced: boolean,
  path = "",
  depth = 0,
): { kind: string; path: string } | undefined {
  if (!(schema instanceof z.ZodType) || depth > nested) return undefined;
  const { type: kind } = schema.def;
  if (foreign.has(kind)) {
    return coerced && "coerce" in schema.def && schema.def.coerce === true ? undefined : { kind, path };
  }
  for (const [at, part] of partsOf(schema, side, path)) {
    const found = foreignIn(part, side, coerced, at, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function partsOf(schema: z.ZodType, side: Side, path: string): readonly (readonly [string, unknown])[] {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape);
    return [
      ...fields.map(([key, field]) => [path === "" ? key : `${path}.${key}`, field] as const),
      [`${path}{}`, schema.def.catchall],
    ];
  }
  if (schema instanceof z.ZodArray) return [[`${path}[]`, schema.element]];
  if (schema instanceof z.ZodTuple) {
    return [...schema.def.items, schema.def.rest].map((item, index) => [`${path}[${index}]`, item]);
  }
  if (schema instanceof z.ZodRecord) return [[`${path}{}`, schema.valueType]];
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => [path, option]);
  if (schema instanceof z.ZodIntersection)
    return [schema.def.left, schema.def.right].map((part) => [path, part]);
  if (schema instanceof z.ZodPipe) return [[path, side === "input" ? schema.in : schema.out]];
  if (schema instanceof z.ZodLazy) return [[path, schema.unwrap()]];
  return "innerType" in schema.def ? [[path, schema.def.innerType]] : [];
}
