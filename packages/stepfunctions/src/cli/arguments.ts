import { parseArgs } from "node:util";
import { CommandError, messageOf } from "./errors.js";

type Options = Record<string, { type: "string" | "boolean" }>;
type Values<T extends Options> = { [K in keyof T]?: T[K]["type"] extends "boolean" ? boolean : string };

/**
 * Reads a command's arguments.
 * @param files how many positional arguments there must be, and what they are called
 * @throws CommandError
 */
export function readArguments<const T extends Options>(
  command: string,
  args: string[],
  options: T,
  files: { name: string; least: number; most: number },
): { values: Values<T>; positionals: string[] } {
  let parsed: { values: object; positionals: string[] };
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new CommandError(messageOf(error), command);
  }
  const count = parsed.positionals.length;
  if (count < files.least) throw new CommandError(`${files.name} is missing`, command);
  if (count > files.most)
    throw new CommandError(`There is no use for ${JSON.stringify(parsed.positionals[files.most])}`, command);
  return { values: parsed.values, positionals: parsed.positionals };
}

/** A number in a range, undefined when it was not given. @throws CommandError */
export function readNumber(
  command: string,
  option: string,
  text: string | undefined,
  { min, max, whole = false }: { min: number; max: number; whole?: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value)))
    return value;
  const kind = whole ? "a whole number" : "a number";
  throw new CommandError(
    `--${option} takes ${kind} from ${min} to ${max}, not ${JSON.stringify(text)}`,
    command,
  );
}

/** Text of a form, or a default. @throws CommandError */
export function readText(
  command: string,
  option: string,
  text: string | undefined,
  { form, like, otherwise }: { form: RegExp; like: string; otherwise: string },
): string {
  const value = text ?? otherwise;
  if (form.test(value)) return value;
  throw new CommandError(`--${option} takes ${like}, not ${JSON.stringify(value)}`, command);
}
