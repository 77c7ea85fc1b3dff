import { z } from "zod";
import { literal, maxListLength, maxTextLength } from "./literal.js";

const maxParameters = 40;

const whole = z.int();
const length = z.int().min(0).max(maxTextLength);
const date = z.iso.date("Enter a date, for example 2026-03-31.");
const timestamp = z.iso.datetime({ offset: true, error: "Enter a time with its zone." });

const common = {
  /** As it stands between the braces. */
  name: z
    .string()
    .max(60, "Keep the name under 60 characters.")
    .regex(
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      "A name has letters, digits and underscores, and begins with a letter.",
    ),
  /** What the form calls it; the name, when there is none. */
  label: z.string().trim().min(1).max(80).optional(),
  description: z.string().trim().max(400).optional(),
  /** One that is not required and has no value is NULL. */
  required: z.boolean().default(true),
};

const optionSchema = z.strictObject({
  value: z.string().min(1).max(200),
  label: z.string().trim().min(1).max(80).optional(),
});

/** One parameter of a template: its type decides how a value is checked and written. */
export const parameterSchema = z.discriminatedUnion("type", [
  z.strictObject({
    ...common,
    type: z.literal("date"),
    default: date.optional(),
    min: date.optional(),
    max: date.optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal("timestamp"),
    default: timestamp.optional(),
    min: timestamp.optional(),
    max: timestamp.optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal("enum"),
    options: z.array(optionSchema).min(1, "Give at least one option.").max(100),
    default: z.string().max(200).optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal("integer"),
    /** Text where it is larger than 2^53. */
    default: z.union([whole, z.string().max(20)]).optional(),
    min: whole.optional(),
    max: whole.optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal("number"),
    default: z.number().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal("string"),
    default: z.string().max(maxTextLength).optional(),
    minLength: length.optional(),
    maxLength: length.optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal("string_list"),
    default: z.array(z.string().max(maxTextLength)).max(maxListLength).optional(),
    minItems: z.int().min(1).max(maxListLength).optional(),
    maxItems: z.int().min(1).max(maxListLength).optional(),
    /** Of each text. */
    maxLength: length.optional(),
  }),
  z.strictObject({ ...common, type: z.literal("boolean"), default: z.boolean().optional() }),
]);
export type Parameter = z.output<typeof parameterSchema>;
export type ParameterType = Parameter["type"];

/** The parameters of a template, in the order of its form. */
export const parametersSchema = z
  .array(parameterSchema)
  .max(maxParameters, `A query has at most ${maxParameters} parameters.`)
  .superRefine((parameters, context) => {
    const names = new Set<string>();
    parameters.forEach((parameter, index) => {
      const refuse = (field: string, message: string) =>
        context.addIssue({ code: "custom", path: [index, field], message });
      if (names.has(parameter.name)) refuse("name", "Another parameter has this name.");
      names.add(parameter.name);
      if (boundsCross(parameter)) refuse("max", "The upper bound lies below the lower one.");
      if (parameter.default === undefined) return;
      const { problem } = literal(parameter, parameter.default);
      if (problem !== undefined) refuse("default", problem);
    });
  });
export type Parameters = z.output<typeof parametersSchema>;

function boundsCross(parameter: Parameter): boolean {
  switch (parameter.type) {
    case "date":
    case "timestamp":
      return Date.parse(parameter.min ?? "0000-01-01") > Date.parse(parameter.max ?? "9999-12-31");
    case "integer":
    case "number":
      return (parameter.min ?? Number.NEGATIVE_INFINITY) > (parameter.max ?? Number.POSITIVE_INFINITY);
    case "string":
      return (parameter.minLength ?? 0) > (parameter.maxLength ?? maxTextLength);
    case "string_list":
      return (parameter.minItems ?? 1) > (parameter.maxItems ?? maxListLength);
    case "enum":
    case "boolean":
      return false;
  }
}

const valueSchema = z.union([
  z.string().max(maxTextLength),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(maxTextLength)).max(maxListLength),
]);
export type ParameterValue = z.output<typeof valueSchema>;

/** Values by parameter. Absent takes the default; null is no value. */
export const parameterValuesSchema = z
  .record(z.string().max(60), valueSchema)
  .refine((values) => Object.keys(values).length <= maxParameters, `At most ${maxParameters} values.`);
export type ParameterValues = z.output<typeof parameterValuesSchema>;
