import { channelLimits, smsText, smsUnits } from "../limits.js";
import type { Draft, ScorePart, Tone } from "../result.js";
import type { CampaignWriter, Voice, WriteOrder, Writer } from "./writer.js";

const madeBy: Draft["madeBy"] = {
  maker: "offline",
  model: "set-phrases",
  note: "Written offline from set phrases, without a language model: edit it before you send it.",
};

interface Manner {
  readonly hello: (segment: string) => string;
  readonly invite: string;
  readonly close: string;
}

const manners: Readonly<Record<Tone, Manner>> = {
  friendly: {
    hello: (to) => `Hello, ${to}!`,
    invite: "Have a look, and tell us what you think.",
    close: "Warm wishes",
  },
  formal: {
    hello: (to) => `Dear ${to},`,
    invite: "We would be glad to hear from you.",
    close: "Yours faithfully",
  },
  playful: {
    hello: (to) => `Hey ${to}!`,
    invite: "Come and see; we kept a place for you.",
    close: "See you soon",
  },
  plain: {
    hello: (to) => `To ${to}:`,
    invite: "Answer this message if you want to know more.",
    close: "Regards",
  },
};

/** Puts goal, company and what the audience cares for into set phrases; it adds no fact. */
export const write: Writer = async (order) => {
  order.signal.throwIfAborted();
  const written =
    order.channel === "EMAIL" ? mail(order) : order.channel === "SMS" ? sms(order) : push(order);
  return { ...written, madeBy };
};

type Text = Pick<Draft, "subject" | "body">;

function mail(order: WriteOrder): Text {
  const { goal, company, segment } = order;
  const { hello, invite, close } = manners[company.tone];
  const words = interestsOf(order);
  const why =
    segment.description === "" ? "" : `You are among those of whom we know: ${sentence(segment.description)}`;
  const care = words.length === 0 ? "" : `It has to do with what you care for: ${listed(words)}.`;
  const leads = [
    [sentence(goal), care, why],
    [care, sentence(goal), why],
    [why, sentence(goal), care],
  ];
  const lead = leads[(order.variant - 1) % leads.length] as string[];
  const body = [
    hello(segment.name),
    lead.filter(Boolean).join(" "),
    invite,
    `${close}\n${senderOf(order)}`,
  ].join("\n\n");
  const { subject, body: most } = channelLimits.EMAIL;
  return { subject: cut(headline(order, words), subject), body: cut(body, most) };
}

/** The sender's name goes before the text. */
function sms(order: WriteOrder): Text {
  const subject = cut(ascii(senderOf(order)), channelLimits.SMS.subject);
  const words = interestsOf(order);
  const texts = [
    `${order.goal} ${words.length > 0 ? `(${words.join(", ")})` : ""}`,
    `For ${order.segment.name}: ${order.goal}`,
    `${words.length > 0 ? `${capital(listed(words))}: ` : ""}${order.goal}`,
  ];
  let body = ascii(texts[(order.variant - 1) % texts.length] as string);
  for (;;) {
    const { used, most } = smsUnits(smsText(subject, body));
    if (used <= most) return { subject, body };
    body = cut(body, body.length - Math.max(1, used - most));
  }
}

function push(order: WriteOrder): Text {
  const words = interestsOf(order);
  const { subject, body } = channelLimits.PUSH;
  const more = words.length > 0 ? ` About ${listed(words)}.` : "";
  return { subject: cut(headline(order, words), subject), body: cut(`${sentence(order.goal)}${more}`, body) };
}

const senderOf = ({ company }: WriteOrder): string => company.company || "Our team";

function headline(order: WriteOrder, words: readonly string[]): string {
  const sender = senderOf(order);
  const lines = [`${sender}: ${order.goal}`, `For ${order.segment.name}: ${order.goal}`];
  if (words.length > 0) lines.push(`${capital(listed(words))}: news from ${sender}`);
  return (lines[(order.variant - 1) % lines.length] as string).replaceAll(/\s+/g, " ");
}

/** Each variant takes other words up. */
function interestsOf({ interests, variant }: WriteOrder): string[] {
  const from = ((variant - 1) * 3) % Math.max(1, interests.length);
  return interests.slice(from, from + 3);
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => `${capital(text.trim().replace(/[.!?\s]+$/, ""))}.`;
const cut = (text: string, most: number): string =>
  text.length <= most ? text.trim() : `${text.slice(0, Math.max(0, most - 3)).trim()}...`;

/** Typographic characters would halve what an SMS holds. */
const ascii = (text: string): string =>
  text
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[–—]/g, "-")
    .replaceAll("…", "...")
    .replaceAll(/\s+/g, " ")
    .trim();

const praise: Readonly<Record<ScorePart["part"], string>> = {
  subject: "It speaks of what I know",
  language: "It is put as I would put it",
  manner: "Its sentences have my length",
  interest: "It takes up what I care for",
};
const wish: Readonly<Record<ScorePart["part"], string>> = {
  subject: "it could be nearer to what I have read",
  language: "its words are strange to me",
  manner: "its sentences are not of my length",
  interest: "it leaves out what I care for",
};

/** Says what was measured, and quotes what the twin has read; it makes nothing up. */
export const react: Voice = async ({ measured, signal }) => {
  signal.throwIfAborted();
  const [best, ...rest] = measured.parts.toSorted((one, other) => other.score - one.score);
  const worst = rest.at(-1);
  const praised = best && best.score >= 40 ? praise[best.part] : "Little of it speaks to me";
  const wished = worst && worst.score < 60 ? `; ${wish[worst.part]}` : "";
  const quoted = measured.nearest === null ? "" : ` I have read: "${cut(measured.nearest.sentence, 130)}"`;
  return { says: cut(`${praised}${wished}.${quoted}`, 280), by: "offline" as const };
};

export const offlineWriter: CampaignWriter = { write, react };
