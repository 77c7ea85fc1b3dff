import type { AwsError } from "../aws-error.js";
import { parseJson } from "../json.js";
import { describeSyntaxError } from "../validation/json-syntax.js";

/** Refuses a text that is not JSON. @throws what `error` makes of the reason, which is worded as AWS words it */
export function assertJson(text: string, error: (why: string) => AwsError): void {
  try {
    parseJson(text);
  } catch (thrown) {
    throw error(describeSyntaxError(text)?.message ?? (thrown as Error).message);
  }
}
