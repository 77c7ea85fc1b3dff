import { contracts } from "@longhaul/workflows/contracts";
import type { z } from "zod";
import type { FieldIssue } from "../../lib/errors.js";
import type { FormField } from "./schema.js";

/** What is wrong, by the dotted path of the control that it belongs to; "" is the form as a whole. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What the contract says of `input`; empty when it is fine or the contract is not known to this page. */
export function checkInput(workflow: string, input: unknown, fields: readonly FormField[]): FieldErrors {
  const contract = Object.entries(contracts).find(([name]) => name === workflow)?.[1];
  const result: z.ZodSafeParseResult<unknown> | undefined = contract?.input.safeParse(input);
  if (!result || result.success) return {};
  const issues = result.error.issues.map((issue) => ({
    path: issue.path.map((part) => (typeof part === "number" ? part : String(part))),
    message: isMissing(issue, input) ? "This is needed." : issue.message,
  }));
  return placeIssues(issues, fields);
}

function isMissing(issue: z.core.$ZodIssue, input: unknown): boolean {
  const value = issue.path.reduce<unknown>(
    (at, part) => (at && typeof at === "object" ? (at as Record<PropertyKey, unknown>)[part] : undefined),
    input,
  );
  // A field's own words ("Choose a file.") say more than that it is needed.
  return value === undefined && issue.code === "invalid_type" && issue.message.startsWith("Invalid input");
}

/** Puts each issue beside its control, the nearest there is; what belongs to none is about the form. */
export function placeIssues(issues: readonly FieldIssue[], fields: readonly FormField[]): FieldErrors {
  const controls = controlsOf(fields);
  const placed: Record<string, string> = {};
  for (const { path, message } of issues) {
    const parts = path[0] === "input" && !controls.has("input") ? path.slice(1) : path;
    let key = parts.join(".");
    while (key && !isControl(key, controls))
      key = key.includes(".") ? key.slice(0, key.lastIndexOf(".")) : "";
    placed[key] ??= message;
  }
  return placed;
}

/** A row of a list is a control of its own. */
function isControl(key: string, controls: ReadonlyMap<string, FormField>): boolean {
  const [, list = "", row] = /^(.*)\.(\d+)$/.exec(key) ?? [];
  return controls.has(key) || (row !== undefined && controls.get(list)?.kind === "list");
}

function controlsOf(fields: readonly FormField[]): Map<string, FormField> {
  const inner = fields.flatMap((field) => (field.kind === "group" ? [...controlsOf(field.fields)] : []));
  return new Map([...fields.map((field) => [field.path, field] as const), ...inner]);
}
