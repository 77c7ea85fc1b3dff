import { asDispatcher, invitationMails, type TakenMail } from "@longhaul/db";
import { refusedForGood } from "@longhaul/kit/step";
import type { RunsDependencies } from "../dependencies.js";
import { isThrottled } from "../send-failure.js";
import { retrySeconds } from "../webhooks/retries.js";
import { invitationMail, type Mail } from "./mail.js";

/** Hands a mail to a provider and gives the provider's id for it. */
export type SendMail = (mail: Mail) => Promise<string | null>;

export interface MailedCount {
  sent: number;
  failed: number;
}

/** Few, for a provider lets a new account send one in a second. */
const mostAtOnce = 4;
/** How long a mail is kept from other senders; longer than sending one may take. */
const holdSeconds = 60;

type Dependencies = Pick<RunsDependencies, "db" | "logger">;

/**
 * Mails every invitation that is due, and notes what became of each. At least once: one whose sender dies between sending and
 * noting is sent again when it is no longer held, since the provider takes no key by which it would know it.
 *
 * @param budgetMs after this long nothing more is taken.
 */
export async function mailInvitations(
  deps: Dependencies,
  send: SendMail,
  budgetMs = 30_000,
): Promise<MailedCount> {
  const total: MailedCount = { sent: 0, failed: 0 };
  const until = Date.now() + budgetMs;
  while (Date.now() < until) {
    const asked = { limit: mostAtOnce, holdSeconds };
    const taken = await asDispatcher(deps.db, (tx) => invitationMails.take(tx, asked));
    if (taken.length === 0) break;
    await Promise.all(
      taken.map(async (mail) => {
        const sent = await mailOne(deps, mail, send);
        total[sent ? "sent" : "failed"] += 1;
      }),
    );
  }
  return total;
}

async function mailOne({ db, logger }: Dependencies, taken: TakenMail, send: SendMail): Promise<boolean> {
  const { id, attempts } = taken;
  let messageId: string | null = null;
  let error: string | null = null;
  let retry: number | null = null;
  try {
    messageId = await send(invitationMail(taken));
  } catch (thrown) {
    error = reasonOf(thrown);
    retry = isOver(thrown) ? null : retrySeconds(attempts);
    // Not the provider's words: they may name whom it is for.
    const { name } = thrown instanceof Error ? thrown : new Error();
    logger.warn({ error: name, mail: id, attempts, retry }, "an invitation could not be mailed");
  }
  try {
    await invitationMails.note(db, { id, attempts, messageId, error, retrySeconds: retry });
  } catch (thrown) {
    // It is tried again when it is no longer held.
    logger.warn({ err: thrown, mail: id }, "what became of an invitation's mail was not noted");
  }
  return error === null;
}

/** Whether another try would fare no better. */
function isOver(error: unknown): boolean {
  return refusedForGood(error) && !(error instanceof Error && paused.has(error.name));
}

const paused = new Set(["AccountSuspendedException", "SendingPausedException"]);
const unverified = new Set(["MailFromDomainNotVerifiedException", "MessageRejected"]);

/** Why a mail was not sent, for an admin: the provider's own words may tell of accounts that are not theirs. */
function reasonOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (unverified.has(name) && (name !== "MessageRejected" || /not verified/i.test(message)))
    return "The mail service has not verified the sender, or this address while it is on trial.";
  if (paused.has(name)) return "The mail service sends nothing from here at the moment.";
  if (refusedForGood(error)) return "The mail service refused it.";
  if (isThrottled(error)) return "The mail service takes no more for now.";
  return "The mail service could not be reached.";
}

/** Deletes what is older than limits and pages look back. @returns how many. */
export async function forgetInvitationMails(deps: Pick<Dependencies, "db">, limit = 5000): Promise<number> {
  return asDispatcher(deps.db, (tx) => invitationMails.forget(tx, { limit }));
}
