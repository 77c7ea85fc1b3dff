import { type SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { SendMail } from "@longhaul/runs";

const Charset = "UTF-8";

/** Sends through Amazon SES, from an identity that it has verified. Throws what the client throws. */
export function sesMailer(client: SESv2Client, from: string): SendMail {
  return async ({ to, subject, text, html }) => {
    const Body = { Text: { Data: text, Charset }, Html: { Data: html, Charset } };
    const { MessageId } = await client.send(
      new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: { Data: subject, Charset }, Body } },
      }),
    );
    return MessageId ?? null;
  };
}
