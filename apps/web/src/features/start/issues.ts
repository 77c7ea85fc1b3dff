import { contracts } from "@longhaul/workflows/contracts";
import type { z } from "zod";
import type { FieldIssue } from "../../lib/errors.js";
import type { FormValues } from "./form-values.js";
import { rowsOf } from "./rows.js";
import { type FormField, rowOf } from "./schema.js";

/** What is wrong, by the dotted path of the control that it belongs to; "" is the form as a whole. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What the contract says of `input`; empty when it is fine or the contract is not known to this page. */
export function checkInput(
  workflow: string,
  input: unknown,
  fields: readonly FormField[],
  values: FormValues,
): FieldErrors {
  const contract = Object.entries(contracts).find(([name]) => name === workflow)?.[1];
  const result: z.ZodSafeParseResult<unknown> | undefined = contract?.input.safeParse(input);
  if (!result || result.success) return {};
  const issues = result.error.issues.map((issue) => ({
    path: issue.path.map((part) => (typeof part === "number" ? part : String(part))),
    message: isMissing(issue, input) ? "This is needed." : issue.message,
  }));
  return placeIssues(issues, fields, values);
}

function isMissing(issue: z.core.$ZodIssue, input: unknown): boolean {
  const value = issue.path.reduce<unknown>(
    (at, part) => (at && typeof at === "object" ? (at as Record<PropertyKey, unknown>)[part] : undefined),
    input,
  );
  // A field's own words ("Choose a file.") say more than that it is needed.
  return (
    value === undefined &&
    /^invalid_(type|value)$/.test(issue.code) &&
    /^Invalid (input|option)/.test(issue.message)
  );
}

/**
 * Puts each issue beside its control, the nearest there is; what belongs to none is about the form. The input counts the
 * entries of a list where the form has rows with ids: `values` tell which is which.
 */
export function placeIssues(
  issues: readonly FieldIssue[],
  fields: readonly FormField[],
  values: FormValues,
): FieldErrors {
  const placed: Record<string, string> = {};
  for (const { path, message } of issues) {
    const isInput = path[0] === "input" && !fields.some(({ name }) => name === "input");
    placed[placeOf(isInput ? path.slice(1) : path, fields, values)] ??= message;
  }
  return placed;
}

function placeOf(
  [name, ...rest]: FieldIssue["path"],
  fields: readonly FormField[],
  values: FormValues,
): string {
  const field = fields.find((one) => one.name === name);
  return field ? placeIn(field, rest, values) : "";
}

/** The path of a field, or of what is inside it at a place. */
function placeIn(field: FormField, rest: FieldIssue["path"], values: FormValues): string {
  if (field.kind === "group") return placeOf(rest, field.fields, values) || field.path;
  const row = field.kind === "list" ? rowsOf(field, values)[Number(rest[0] ?? NaN)] : undefined;
  if (field.kind !== "list" || row === undefined) return field.path;
  return placeIn(rowOf(field, row), rest.slice(1), values);
}
