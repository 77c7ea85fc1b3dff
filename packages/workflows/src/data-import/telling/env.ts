import { stepEnvironment } from "@longhaul/kit/step";
import { z } from "zod";

const schema = z.object({
  EMAIL_FROM: z
    .string("EMAIL_FROM must hold the address that notifications are sent from.")
    .min(3, "EMAIL_FROM must hold the address that notifications are sent from."),
});

let parsed: z.infer<typeof schema> | undefined;

/**
 * The environment of SendNotification, read once. The AWS clients read theirs (AWS_REGION,
 * AWS_ENDPOINT_URL, credentials) themselves.
 */
export function sendNotificationEnv(): z.infer<typeof schema> {
  parsed ??= stepEnvironment(schema, process.env);
  return parsed;
}
