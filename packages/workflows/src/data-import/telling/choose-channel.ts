import type { Channel, Priority } from "@longhaul/kit";
import type { StartedBy } from "@longhaul/kit/step";

export interface Destination {
  readonly channel: Channel;
  /** E-mail address, phone number in E.164, or the ARN of a push endpoint. */
  readonly recipient: string;
}

type Person = Omit<StartedBy, "id">;

const recipientOf = (person: Person): Record<Channel, string | null> => ({
  EMAIL: person.email,
  SMS: person.phone,
  PUSH: person.pushTarget,
});

/** In which order the channels are tried. "preferred" is the channel the person chose in their settings. */
const order: Record<Priority, readonly (Channel | "preferred")[]> = {
  urgent: ["SMS", "PUSH", "preferred", "EMAIL"],
  high: ["PUSH", "preferred", "EMAIL", "SMS"],
  normal: ["preferred", "EMAIL", "PUSH", "SMS"],
  low: ["EMAIL", "preferred", "PUSH", "SMS"],
};

/**
 * How to reach a person. A channel asked for when the import was started is the only one tried. Without one
 * the priority says in which order, and the first channel for which the person has an address is taken.
 *
 * @returns null when there is no way to reach them.
 */
export function chooseChannel(
  person: Person,
  priority: Priority,
  asked: Channel | undefined,
): Destination | null {
  const recipients = recipientOf(person);
  const channels = asked
    ? [asked]
    : order[priority].map((channel) => (channel === "preferred" ? person.notificationChannel : channel));
  for (const channel of channels) {
    const recipient = recipients[channel];
    if (recipient) return { channel, recipient };
  }
  return null;
}

/** Enough of an address to recognise it by: `a…@example.com`, `…4567`, `…` and the end of an ARN. */
export function masked({ channel, recipient }: Destination): string {
  if (channel !== "EMAIL") return `…${recipient.slice(-4)}`;
  const at = recipient.lastIndexOf("@");
  return at > 0 ? `${recipient[0]}…${recipient.slice(at)}` : "…";
}
