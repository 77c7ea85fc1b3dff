import { SESv2Client } from "@aws-sdk/client-sesv2";
import { connect } from "@longhaul/db";
import { awsMessages } from "@longhaul/kit/step";
import { forgetInvitationMails, type MailedCount, mailInvitations } from "@longhaul/runs";
import { readInvitationsEnvironment } from "./env.js";
import { createLogger } from "./logger.js";
import { sesMailer } from "./ses.js";

const { EMAIL_FROM: from, ...environment } = readInvitationsEnvironment();
const { DATABASE_URL, DATABASE_CONNECTIONS: max, LOG_LEVEL: level } = environment;
const { AWS_LAMBDA_FUNCTION_NAME: functionName } = environment;
const deps = {
  db: connect(DATABASE_URL, { max, prepare: false, applicationName: functionName }),
  logger: createLogger({ level, functionName }),
};
// A mail is held for a minute only. A try that nobody answered may have been heard: it is not made again at once.
const send = sesMailer(new SESv2Client({ maxAttempts: 1, requestHandler: awsMessages }), from);

/** Mails the invitations that are due: each minute, and when one was made. */
export async function handler(): Promise<MailedCount> {
  const count = await mailInvitations(deps, send);
  if (count.sent + count.failed > 0) deps.logger.info({ ...count }, "invitations were mailed");
  await forgetInvitationMails(deps);
  return count;
}
