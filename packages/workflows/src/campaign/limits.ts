import { type Channel, channels } from "@longhaul/kit";
import { z } from "zod";

export const maxSegments = 4;
export const maxTwins = 3;
export const maxDrafts = 12;
export const maxRecipients = 200;
const maxBody = 1_200;
const maxSubject = 78;

interface ChannelLimit {
  /** Characters of the subject, of the sender of an SMS, of the title of a push message. */
  readonly subject: number;
  readonly body: number;
}

/** RFC 5322 wishes lines of 78 characters; telephones cut titles and texts of push messages about here. */
export const channelLimits: Readonly<Record<Channel, ChannelLimit>> = {
  EMAIL: { subject: maxSubject, body: maxBody },
  SMS: { subject: 30, body: 160 },
  PUSH: { subject: 50, body: 150 },
};

/** What one SMS holds: 160 characters of the alphabet of GSM 03.38, or 70 where there is any other one. */
const gsm = /^[\n\r @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const gsmOfTwo = /[\^{}\\[~\]|€]/g;

/** Units of one SMS that a text takes, and how many there are. */
export function smsUnits(text: string): { readonly used: number; readonly most: number } {
  if (!gsm.test(text)) return { used: text.length, most: 70 };
  return { used: text.length + (text.match(gsmOfTwo)?.length ?? 0), most: 160 };
}

/** An SMS begins with its sender. */
export const smsText = (subject: string, body: string): string => `${subject}: ${body}`;

export interface TextIssue {
  readonly path: "subject" | "body";
  readonly message: string;
}

/** What of a message its channel does not take. */
export function textIssues({ channel, subject, body }: MessageText): TextIssue[] {
  const limit = channelLimits[channel];
  const issues: TextIssue[] = [];
  if (subject.trim() === "") issues.push({ path: "subject", message: "Write a subject." });
  if (body.trim() === "") issues.push({ path: "body", message: "Write a text." });
  if (subject.length > limit.subject) {
    issues.push({ path: "subject", message: `Keep it under ${limit.subject} characters.` });
  }
  if (channel === "SMS") {
    const { used, most } = smsUnits(smsText(subject, body));
    if (used > most) {
      const why = most === 70 ? ", since it has characters that are not in the SMS alphabet" : "";
      issues.push({
        path: "body",
        message: `One SMS holds ${most} characters with its sender${why}; these are ${used}.`,
      });
    }
  } else if (body.length > limit.body) {
    issues.push({
      path: "body",
      message: `Keep it under ${limit.body} characters; these are ${body.length}.`,
    });
  }
  return issues;
}

export const segmentName = z
  .string()
  .trim()
  .min(1, "Give the segment a name.")
  .max(60, "Keep the name under 60 characters.")
  .regex(/^\P{Cc}*$/u, "A name has no control characters.");

export const messageTextSchema = z.object({
  segment: segmentName,
  channel: z.enum(channels),
  /** From 1: several drafts for one segment and channel are told apart by it. */
  variant: z.number().int().min(1).max(maxDrafts),
  subject: z
    .string()
    .max(maxSubject)
    .regex(/^\P{Cc}*$/u, "A subject is one line."),
  body: z
    .string()
    .max(maxBody)
    .regex(/^[^\0]*$/, "This has a character that cannot be stored."),
});
export type MessageText = z.infer<typeof messageTextSchema>;
