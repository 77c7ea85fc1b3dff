import {
  implement,
  refusedForGood,
  RetryableError,
  type StepContext,
  type StepInput,
} from "@longhaul/kit/step";
import { z } from "zod";
import { masked } from "../../data-import/telling/choose-channel.js";
import { type Deliver, deliver } from "../../data-import/telling/deliver.js";
import { reachedBy, sameAddress } from "../recipients.js";
import type { Sending } from "../result.js";
import { sendMessages } from "./send-messages.js";

type Input = StepInput<typeof sendMessages>;
type Ending = "sent" | "failed" | "uncertain";

const claimSchema = z.object({ state: z.enum(["new", "sent", "failed", "claimed"]) });

/**
 * Sends to one recipient after the other. Each is claimed before the provider is called: neither SES nor SNS takes an
 * idempotency key, so that who was claimed by a try that ended without a word is not sent to again, but counted as
 * uncertain.
 *
 * @throws RetryableError when the provider may yet take what it did not take; those that have theirs are left out then.
 */
export async function sendAll(input: Input, ctx: StepContext, send: Deliver = deliver): Promise<Sending> {
  const { segment, channel } = input.message;
  const recipients = reachedBy(input.recipients, segment, channel);
  const counts: Record<Ending, number> = { sent: 0, failed: 0, uncertain: 0 };
  for (const [place, { address }] of recipients.entries()) {
    ctx.signal.throwIfAborted();
    counts[await sendOne(address, input.message, ctx, send)] += 1;
    ctx.progress((place + 1) / recipients.length, `${segment}: ${place + 1} of ${recipients.length}`);
  }
  return { segment, channel, recipients: recipients.length, ...counts };
}

async function sendOne(
  recipient: string,
  message: Input["message"],
  ctx: StepContext,
  send: Deliver,
): Promise<Ending> {
  const { channel, segment, subject, body } = message;
  const address = sameAddress(recipient);
  const key = { channel, address };
  const { state } = claimSchema.parse(await ctx.records.call("campaign_claim", { ...key, segment }));
  if (state === "claimed") return "uncertain";
  if (state !== "new") return state;
  const delivery = { channel, recipient, subject, body };
  try {
    const providerMessageId = await send({ channel, recipient }, { subject, body }, ctx.signal);
    await ctx.records.call("campaign_noted", { ...key, state: "sent", error: null });
    await ctx.deliveries.record({ ...delivery, status: "sent", providerMessageId, error: null });
    return "sent";
  } catch (cause) {
    ctx.signal.throwIfAborted();
    if (!isAnswer(cause)) throw cause;
    const error = cause.message.slice(0, 500);
    if (!refusedForGood(cause) && ctx.try <= sendMessages.retry.maxAttempts) {
      // The provider has said that it did not take it: it may be asked again.
      await ctx.records.call("campaign_released", key);
      throw new RetryableError(
        `The message by ${channel} to ${masked(delivery)} could not be delivered yet.`,
        {
          code: "DELIVERY_FAILED",
          cause,
        },
      );
    }
    await ctx.records.call("campaign_noted", { ...key, state: "failed", error });
    await ctx.deliveries.record({ ...delivery, status: "failed", providerMessageId: null, error });
    return "failed";
  }
}

/** An answer of the provider, that is: it was heard, and has not taken the message. */
const isAnswer = (error: unknown): error is Error => error instanceof Error && "$fault" in error;

export default implement(sendMessages, (input, ctx) => sendAll(input, ctx));
