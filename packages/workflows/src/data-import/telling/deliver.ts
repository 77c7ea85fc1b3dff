import { SESv2Client, type SESv2ClientConfig, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { awsMessages } from "@longhaul/kit/step";
import type { Destination } from "./choose-channel.js";
import { sendNotificationEnv } from "./env.js";

export interface Message {
  readonly subject: string;
  readonly body: string;
}

/** Hands a message to a provider and gives the provider's id for it. */
export type Deliver = (to: Destination, message: Message, signal: AbortSignal) => Promise<string | null>;

/** How often a provider is asked again that takes no more for a moment. */
const mostRetries = 4;

/**
 * Neither service takes an idempotency key: one that did not answer may have sent the message, and is not asked again here.
 * One that is crowded has said that it did not take it.
 */
const onlyCrowded: NonNullable<SESv2ClientConfig["retryStrategy"]> = {
  acquireInitialRetryToken: () => Promise.resolve(retryToken(0)),
  refreshRetryTokenForRetry(token: { getRetryCount(): number }, { errorType }: { errorType: string }) {
    const count = token.getRetryCount();
    if (errorType === "THROTTLING" && count < mostRetries) return Promise.resolve(retryToken(count + 1));
    return Promise.reject(new Error("This call is not made again."));
  },
  recordSuccess: () => {},
};

function retryToken(count: number) {
  const delay = count === 0 ? 0 : 250 * 2 ** count * (0.5 + Math.random() / 2);
  return { getRetryCount: () => count, getRetryDelay: () => delay };
}

let email: SESv2Client | undefined;
let text: SNSClient | undefined;

/** Sends e-mail through Amazon SES, SMS and push through Amazon SNS. Throws what the clients throw. */
export const deliver: Deliver = async (to, message, signal) => {
  const options = { abortSignal: signal };
  if (to.channel === "EMAIL") {
    email ??= new SESv2Client({ requestHandler: awsMessages, retryStrategy: onlyCrowded });
    const Charset = "UTF-8";
    const sent = await email.send(
      new SendEmailCommand({
        FromEmailAddress: sendNotificationEnv().EMAIL_FROM,
        Destination: { ToAddresses: [to.recipient] },
        Content: {
          Simple: {
            Subject: { Data: message.subject, Charset },
            Body: { Text: { Data: message.body, Charset } },
          },
        },
      }),
      options,
    );
    return sent.MessageId ?? null;
  }
  text ??= new SNSClient({ requestHandler: awsMessages, retryStrategy: onlyCrowded });
  const where = to.channel === "SMS" ? { PhoneNumber: to.recipient } : { TargetArn: to.recipient };
  const sent = await text.send(
    new PublishCommand({ ...where, Message: `${message.subject}: ${message.body}` }),
    options,
  );
  return sent.MessageId ?? null;
};
