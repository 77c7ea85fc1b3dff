import { z } from "zod";
import type { Selection } from "./refs.js";

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
    ? unwrapped(schema.unwrap())
    : schema;
}

/**
 * What the compiler lets pass in a selector: a field that what it is for, a step's input or the
 * contract's output, does not know. Gives the end of a sentence, or undefined when all fields are known.
 */
export function unknownField(
  selection: Selection,
  schema: unknown,
  whose: "step" | "contract",
  path = "",
): string | undefined {
  const target = unwrapped(schema);
  if (selection.kind === "array" && target instanceof z.ZodArray) {
    return first(selection.items, (item, index) =>
      unknownField(item, target.element, whose, `${path}[${index}]`),
    );
  }
  if (selection.kind !== "object" || !(target instanceof z.ZodObject)) return undefined;
  return first(selection.entries, ([key, part]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const known = Object.hasOwn(target.shape, key);
    if (!known && !(target._zod.def.catchall && !(target._zod.def.catchall instanceof z.ZodNever))) {
      return `has a field "${at}" that the ${whose} does not know`;
    }
    return unknownField(part, target.shape[key], whose, at);
  });
}

function first<T, R>(items: readonly T[], ask: (item: T, index: number) => R | undefined): R | undefined {
  for (const [index, item] of items.entries()) {
    const answer = ask(item, index);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
