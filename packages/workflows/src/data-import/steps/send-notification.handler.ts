import {
  FatalError,
  implement,
  refusedForGood,
  RetryableError,
  type StepContext,
  type StepInput,
} from "@longhaul/kit/step";
import type { NotificationSummary } from "../result.js";
import { chooseChannel, type Destination, masked } from "../telling/choose-channel.js";
import { type Deliver, deliver, type Message } from "../telling/deliver.js";
import { sendNotification } from "./send-notification.js";
import { simulateFailure } from "../simulation.js";

type Input = StepInput<typeof sendNotification>;

/**
 * Tells whoever started the run. An import that a job started has nobody to tell, and says so. A delivery
 * that is on record is not made twice; a crash between the sending and the record can still repeat one,
 * since neither SES nor SNS takes an idempotency key.
 *
 * @throws FatalError when the person cannot be reached, RetryableError when the provider may yet take it.
 */
export async function notify(
  input: Input,
  ctx: StepContext,
  send: Deliver = deliver,
): Promise<NotificationSummary> {
  simulateFailure("SendNotification", input.simulation, ctx);
  if (ctx.startedBy === null) return { status: "nobody-to-tell", channel: null, recipient: null };
  const earlier = await ctx.deliveries.find();
  if (earlier?.status === "sent") {
    return { status: "sent", channel: earlier.channel, recipient: masked(earlier) };
  }
  const to = chooseChannel(ctx.startedBy, input.priority, input.channel);
  if (to === null) throw unreachable(input.channel);
  const message = messageOf(input);
  ctx.progress(0.5, "Sending");
  const providerMessageId = await attempt(to, message, ctx, send);
  await ctx.deliveries.record({ ...to, ...message, status: "sent", providerMessageId, error: null });
  return { status: "sent", channel: to.channel, recipient: masked(to) };
}

function messageOf({ importName, summary }: Input): Message {
  const name = importName.replaceAll(/\s+/g, " ");
  return { subject: `Import "${name}" is done`, body: summary };
}

function unreachable(asked: Input["channel"]): FatalError {
  const nouns = { EMAIL: "e-mail address", SMS: "phone number", PUSH: "device for push messages" };
  const missing = asked ? `no ${nouns[asked]}` : "neither an e-mail address, a phone number nor a device";
  return new FatalError(`The import is done, but you could not be told: your profile has ${missing}.`, {
    code: "NO_RECIPIENT",
  });
}

async function attempt(
  to: Destination,
  message: Message,
  ctx: StepContext,
  send: Deliver,
): Promise<string | null> {
  try {
    return await send(to, message, ctx.signal);
  } catch (cause) {
    ctx.signal.throwIfAborted();
    const error = cause instanceof Error ? cause.message : String(cause);
    const failure = { ...to, ...message, status: "failed", providerMessageId: null, error } as const;
    const final = refusedForGood(cause) || ctx.try > sendNotification.retry.maxAttempts;
    if (final) await ctx.deliveries.record(failure);
    const sentence = `The import is done, but the message by ${to.channel} to ${masked(to)} could not be delivered.`;
    const options = { code: "DELIVERY_FAILED", cause };
    throw final ? new FatalError(sentence, options) : new RetryableError(sentence, options);
  }
}

export default implement(sendNotification, (input, ctx) => notify(input, ctx));
