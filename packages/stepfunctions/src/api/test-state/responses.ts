// The responses of common services, for checking mocked results. Names, types and bounds are those of the services'
// published API references, as Step Functions shows them (members begin with a capital; dates and bytes are strings).
// A response that is not here is not checked.

import { dynamodb } from "./responses/dynamodb.js";
import { lambda } from "./responses/lambda.js";
import { messages } from "./responses/messages.js";
import { s3 } from "./responses/s3.js";
import { secrets } from "./responses/secrets.js";
import { stepFunctions } from "./responses/step-functions.js";
import type { Shape } from "./shape.js";

const RESPONSES: Record<string, Shape> = {
  ...stepFunctions,
  ...lambda,
  ...dynamodb,
  ...s3,
  ...messages,
  ...secrets,
};

/** Names that the SDK integrations have for services which the optimised ones call otherwise. */
const ALIASES: Record<string, string> = { "aws-sdk:sfn:": "states:", "aws-sdk:eventbridge:": "events:" };

/** What a service answers. `resource`: what follows arn:aws:states:::. undefined for a response that nothing is known of. */
export function responseOf(resource: string): Shape | undefined {
  if (Object.hasOwn(RESPONSES, resource)) return RESPONSES[resource];
  const alias = Object.keys(ALIASES).find((prefix) => resource.startsWith(prefix));
  const prefix = alias ?? "aws-sdk:";
  if (!resource.startsWith(prefix)) return undefined;
  const name = `${alias === undefined ? "" : ALIASES[alias]}${resource.slice(prefix.length)}`;
  return Object.hasOwn(RESPONSES, name) ? RESPONSES[name] : undefined;
}
