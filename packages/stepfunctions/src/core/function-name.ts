/** ARN of a Lambda function, perhaps with version or alias. */
export const FUNCTION_ARN =
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:([A-Za-z0-9_-]+)(?::([A-Za-z0-9_$-]+))?$/;

const PARTIAL_ARN = /^\d{12}:(?:function:)?([A-Za-z0-9_-]+)(?::([A-Za-z0-9_$-]+))?$/;
const PLAIN_NAME = /^([A-Za-z0-9_-]+)(?::([A-Za-z0-9_$-]+))?$/;

/** Name and qualifier in any of the forms that Lambda's FunctionName takes; an unknown form is taken as a name. */
export function functionOf(text: string): FunctionName {
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  const match = FUNCTION_ARN.exec(text) ?? PARTIAL_ARN.exec(text) ?? PLAIN_NAME.exec(text);
  const name = { functionName: match?.[1] ?? text, qualifier: match?.[2] ?? null };
  if (KNOWN.size < 1_000 && text.length < 300) KNOWN.set(text, name);
  return name;
}

export interface FunctionName {
  functionName: string;
  qualifier: string | null;
}

/** Each call asks for one of few. */
const KNOWN = new Map<string, Readonly<FunctionName>>();

/** A service integration: what follows `arn:aws:states:::`, the service (aws-sdk:NAME too), the action and the pattern. */
export const SERVICE_ARN =
  /^arn:aws[a-z-]*:states:::(((?:aws-sdk:)?[A-Za-z0-9-]+):([A-Za-z0-9]+)(?:\.(sync:2|sync|waitForTaskToken))?)$/;

/** An activity's ARN. */
export const ACTIVITY_ARN = /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:activity:[^:]{1,80}$/;
