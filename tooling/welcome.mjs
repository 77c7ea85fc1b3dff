import path from "node:path";

/** What a person sees when everything runs. */
export function welcome(url, dataDir, { urls, demo }) {
  const signIn = demo
    ? `${demo.email}   ${demo.password}`
    : "demo@longhaul.local, with the password that you set";
  return `
Longhaul is running:  ${url}
Sign in as            ${signIn}

  Outbox     ${urls.outbox}   (what workflows send lands here)
  Controls   ${urls.controls}   (skip a wait, make a step fail)
  AWS        ${urls.aws}   (Step Functions, Lambda, EventBridge, S3, SQS, SNS, SES; region us-east-1, any credentials)
  Supabase   ${urls.supabase}
  Postgres   ${urls.database}
  Data       ${shown(dataDir)}

Ctrl-C stops everything.
`;
}

/** As one would write it here: by its whole path where it is elsewhere. */
function shown(folder) {
  const relative = path.relative(process.cwd(), folder);
  return relative.startsWith("..") ? folder : relative || ".";
}
