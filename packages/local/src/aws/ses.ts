import { z } from "zod";
import type { Outbox } from "../outbox/outbox.js";
import { AwsError } from "@longhaul/stepfunctions";
import { json, type Reply } from "./reply.js";

const content = z.object({ Data: z.string(), Charset: z.string().optional() });
const addresses = z.array(z.string().min(1)).nullish();
const requestSchema = z.object({
  FromEmailAddress: z.string().min(1).nullish(),
  Destination: z
    .object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .nullish(),
  Content: z.object({
    Simple: z
      .object({ Subject: content, Body: z.object({ Text: content.nullish(), Html: content.nullish() }) })
      .nullish(),
    Raw: z.object({ Data: z.base64() }).nullish(),
    Template: z.unknown().optional(),
  }),
});
type SendEmailRequest = z.infer<typeof requestSchema>;

const maxRecipients = 50;
const shownRawLength = 262_144;

/** SES v2 SendEmail of simple and raw content: the message lands in the outbox. */
export async function sendEmail(request: unknown, outbox: Outbox): Promise<Reply> {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) throw badRequest(sentence(parsed.error));
  const { FromEmailAddress: from = null, Destination, Content } = parsed.data;
  const to = [
    ...(Destination?.ToAddresses ?? []),
    ...(Destination?.CcAddresses ?? []),
    ...(Destination?.BccAddresses ?? []),
  ];
  if (to.length > maxRecipients) throw badRequest(`Recipient count exceeds ${maxRecipients}.`);
  const wrong = [...to, ...(from === null ? [] : [from])].find((address) => !isAddress(address));
  if (wrong !== undefined) throw badRequest(`Invalid email address ${JSON.stringify(wrong.slice(0, 200))}.`);
  const message = read(Content);
  if (to.length === 0 && !Content.Raw) throw badRequest("Missing Destination: nobody to send to.");
  if (from === null && !Content.Raw) throw badRequest("Missing FromEmailAddress.");
  const id = await outbox.add({ kind: "email", from, to, ...message });
  return json({ MessageId: id });
}

function read(given: SendEmailRequest["Content"]): {
  subject: string | null;
  text: string;
  html: string | null;
} {
  if (given.Simple) {
    const { Subject, Body } = given.Simple;
    if (!Body.Text && !Body.Html) throw badRequest("The body has neither Text nor Html.");
    return { subject: Subject.Data, text: Body.Text?.Data ?? "", html: Body.Html?.Data ?? null };
  }
  if (given.Raw) {
    const text = Buffer.from(given.Raw.Data, "base64").toString("utf8");
    const subject = /^subject:[ \t]*(.*)$/im.exec(text.split(/\r?\n\r?\n/, 1)[0] ?? "")?.[1] ?? null;
    return { subject, text: text.slice(0, shownRawLength), html: null };
  }
  if (given.Template !== undefined) {
    throw badRequest("The local cloud has no SES templates: send Simple or Raw content.");
  }
  throw badRequest("Content must hold Simple, Raw or Template.");
}

/** `a@b.c` or `Name <a@b.c>`; the finer rules are the receiving server's. */
function isAddress(given: string): boolean {
  const address = /<([^<>]*)>\s*$/.exec(given)?.[1] ?? given;
  return address.length <= 320 && /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address.trim());
}

function badRequest(message: string): AwsError {
  return new AwsError("BadRequestException", message);
}

function sentence(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") || "The request"}: ${issue?.message ?? "not valid"}`;
}
