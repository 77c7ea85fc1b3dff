import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Destination } from "./choose-channel.js";
import { sendNotificationEnv } from "./env.js";

export interface Message {
  readonly subject: string;
  readonly body: string;
}

/** Hands a message to a provider and gives the provider's id for it. */
export type Deliver = (to: Destination, message: Message, signal: AbortSignal) => Promise<string | null>;

let email: SESv2Client | undefined;
let text: SNSClient | undefined;

/** Sends e-mail through Amazon SES, SMS and push through Amazon SNS. Throws what the clients throw. */
export const deliver: Deliver = async (to, message, signal) => {
  const options = { abortSignal: signal };
  if (to.channel === "EMAIL") {
    email ??= new SESv2Client();
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
  text ??= new SNSClient();
  const where = to.channel === "SMS" ? { PhoneNumber: to.recipient } : { TargetArn: to.recipient };
  const sent = await text.send(
    new PublishCommand({ ...where, Message: `${message.subject}: ${message.body}` }),
    options,
  );
  return sent.MessageId ?? null;
};
