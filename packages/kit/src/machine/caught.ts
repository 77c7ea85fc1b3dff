import { tooManyFailures } from "../failure.js";
import { type Expression, jsonata, jsonataString } from "./expression.js";

/**
 * Inside a Catch: the run error of what was caught. The step runtime throws with the error as JSON in
 * the message, which Lambda wraps into a Cause of its own; anything else (a crash, a timeout, a
 * throttle) gets a general sentence, with its own words as the cause. The same rules as runErrorOf.
 */
export function caughtError(step: string): Expression {
  const fallback = [
    `"code": $states.errorOutput.Error = "States.Timeout" ? "STEP_TIMED_OUT" : "STEP_FAILED"`,
    `"message": ${jsonataString(`${step} failed unexpectedly.`)}`,
    `"cause": $join([$states.errorOutput.Error, $cause], ": ")`,
    `"step": ${jsonataString(step)}`,
  ].join(", ");
  const lines = [
    "$cause := $states.errorOutput.Cause",
    `$message := $substring($cause, 0, 1) = "{" ? $parse($cause).errorMessage`,
    `$substring($message, 0, 9) = "{\\"code\\":\\"" ? $parse($message) : { ${fallback} }`,
  ];
  return jsonata`( ${lines.join("; ")} )`;
}

/**
 * The same for a map or parallel, which fails with what a state in it failed with: what a step threw, what
 * a Fail state says, or the words of Step Functions itself.
 */
export function caughtWithin(container: string): Expression {
  const fallback = [
    `"code": "STEP_FAILED"`,
    `"message": $error = ${jsonataString(tooManyFailures)} ? ${jsonataString(`More items of ${container} failed than it tolerates.`)}` +
      ` : ${jsonataString(`${container} failed unexpectedly.`)}`,
    `"cause": $join([$error, $cause], ": ")`,
    `"step": ${jsonataString(container)}`,
  ].join(", ");
  const lines = [
    "$error := $states.errorOutput.Error",
    "$cause := $states.errorOutput.Cause",
    `$said := $substring($cause, 0, 1) = "{" ? $parse($cause) : {}`,
    "$message := $exists($said.errorMessage) ? $string($said.errorMessage)",
    [
      `$substring($message, 0, 9) = "{\\"code\\":\\"" ? $parse($message)`,
      `$exists($said.message) ? $merge([{ "code": $error }, $said])`,
      // Codes of ours have no dot, names of AWS's errors do.
      `$exists($message) or $contains($error, ".") ? { ${fallback} }`,
      `{ "code": $error, "message": $cause }`,
    ].join(" : "),
  ];
  return jsonata`( ${lines.join("; ")} )`;
}
