import { compilePath, type Path } from "../language/jsonpath/path.js";
import { compileReferencePath } from "../language/jsonpath/reference-path.js";
import type { Check } from "./shape.js";
import { hasType } from "./values.js";

const NOT_A_PATH = "Value must be a valid JSONPath.";
const NOT_A_REFERENCE = "Value is not a Reference Path";

/** The compiled path or call of an intrinsic function; undefined for text that AWS refuses. */
export function readPath(text: string, options: { intrinsics?: boolean } = {}): Path | undefined {
  try {
    return compilePath(text, options);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

export function isPathOrIntrinsic(text: string): boolean {
  return readPath(text, { intrinsics: true }) !== undefined;
}

/** Whether plain text reads like a path or a call: somebody may have forgotten the `.$`. */
export function looksLikePath(value: unknown): boolean {
  return typeof value === "string" && /^(\$\$?[.[]|States\.[A-Z]\w*\()/.test(value);
}

/** InputPath and OutputPath: any path, or null. */
export const jsonPath: Check = (value, at, site) => {
  if (value === null || !hasType("STRING", value, at, site)) return;
  if (readPath(value as string) === undefined) site.findings.error(at, NOT_A_PATH);
};

/** ErrorPath and CausePath. */
export const jsonPathOrIntrinsic: Check = (value, at, site) => {
  if (hasType("STRING", value, at, site) && !isPathOrIntrinsic(value as string))
    site.findings.error(at, NOT_A_PATH);
};

/**
 * A path that leads to one place.
 * @param rules nullable: null is allowed; context: it may start in the context object; result: it is written to, so it
 * starts at `$`
 */
export function referencePath(
  rules: { nullable?: boolean; context?: boolean; result?: boolean } = {},
): Check {
  return (value, at, site) => {
    if ((rules.nullable === true && value === null) || !hasType("STRING", value, at, site)) return;
    const text = value as string;
    if (!text.startsWith("$"))
      site.findings.error(at, `${NOT_A_REFERENCE}: Reference path didn't start with '$'`);
    else if (rules.result === true ? !canBeWritten(text) : !leadsToOnePlace(text, rules.context === true))
      site.findings.error(at, NOT_A_REFERENCE);
  };
}

function leadsToOnePlace(text: string, context: boolean): boolean {
  return (context || !text.startsWith("$$")) && readPath(text)?.definite === true;
}

function canBeWritten(text: string): boolean {
  try {
    compileReferencePath(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
}
