import type { Channel } from "@longhaul/kit";

/** How an address says which channel reaches it. */
const kinds: readonly (readonly [Channel, RegExp])[] = [
  ["EMAIL", /^[^\s@"<>,;]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,120}[A-Za-z0-9])?$/],
  ["SMS", /^\+[1-9]\d{6,14}$/],
  ["PUSH", /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:endpoint\/[\w./-]{1,120}$/],
];

/** The channel that reaches an address: an e-mail address, a phone number in E.164, or the ARN of a push endpoint. */
export function channelOf(address: string): Channel | null {
  return kinds.find(([, pattern]) => pattern.test(address))?.[0] ?? null;
}

/** The same for addresses that reach the same place. */
export const sameAddress = (address: string): string =>
  address.includes("@") ? address.toLowerCase() : address;

export interface Recipient {
  readonly segment: string;
  readonly address: string;
}

/** Those of a segment whom a channel reaches. */
export function reachedBy<R extends Recipient>(
  recipients: readonly R[],
  segment: string,
  channel: Channel,
): R[] {
  return recipients.filter((one) => one.segment === segment && channelOf(one.address) === channel);
}
