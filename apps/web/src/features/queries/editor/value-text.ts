import {
  checkValue,
  type Parameter,
  type ParameterValue,
  type ParameterValues,
} from "@longhaul/workflows/contracts";

/** What stands in a field's control. */
export function textOf(parameter: Parameter, value: ParameterValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.join("\n");
  if (parameter.type === "timestamp" && typeof value === "string") return value.replace(/Z$/, "");
  return String(value);
}

/**
 * What a control's text means as a value. Nothing written is undefined: the default holds, or none. What cannot be meant is
 * handed on as it is, for its problem to be named.
 */
export function valueOf(parameter: Parameter, text: string): ParameterValue | undefined {
  if (text.trim() === "") return undefined;
  switch (parameter.type) {
    case "integer": {
      const digits = text.trim().replace(/[,_\s]/g, "");
      const number = Number(digits);
      return /^-?\d+$/.test(digits) && Number.isSafeInteger(number) ? number : digits;
    }
    case "number": {
      const number = Number(text.trim());
      return Number.isNaN(number) ? text : number;
    }
    case "boolean":
      return text === "true";
    case "string_list":
      return text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    case "timestamp":
      return /Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`;
    default:
      return text;
  }
}

/** What is wrong with each value, by parameter. */
export function problemsOf(
  parameters: readonly Parameter[],
  values: ParameterValues,
): Record<string, string> {
  return Object.fromEntries(
    parameters.flatMap((parameter) => {
      const problem = checkValue(parameter, values[parameter.name]);
      return problem === null ? [] : [[parameter.name, problem]];
    }),
  );
}

/** Values of parameters that there are; others would be refused. */
export function valuesOf(parameters: readonly Parameter[], values: ParameterValues): ParameterValues {
  return Object.fromEntries(
    parameters.flatMap(({ name }) => {
      const value = values[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
