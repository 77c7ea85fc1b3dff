import type { TakenMail } from "@longhaul/db";
import type { Role } from "@longhaul/kit";

/** A message as a provider takes it. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const meanings: Record<Exclude<Role, "owner">, string> = {
  viewer: "a viewer, who reads everything",
  operator: "an operator, who also starts, cancels and decides",
  admin: "an admin, who also manages members and limits",
};

const longestName = 80;
const wordJoiner = "\u2060";

/**
 * A name that anybody may have chosen, as a part of one line of ours: no line breaks or other characters that control, no
 * marks that turn the direction of writing, and nothing in it that mail programs make a link of.
 */
export function harmless(name: string): string {
  const line = name
    .normalize("NFKC")
    .replaceAll(/(?:(?![\u200c\u200d])[\p{C}\p{Z}\s])+/gu, " ")
    .trim();
  const characters = [...line];
  const short = characters.length > longestName ? `${characters.slice(0, longestName - 1).join("")}…` : line;
  return short.replaceAll(/[.。:/@](?=\S)/g, `$&${wordJoiner}`);
}

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => references[character] as string);

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** What an invited person is told: who invites, to what, as what, until when, and where they join. */
export function invitationMail(taken: Omit<TakenMail, "id" | "attempts">): Mail {
  const { email, link, role } = taken;
  const who = (taken.inviter && harmless(taken.inviter)) || "Somebody";
  const where = `“${harmless(taken.organisation) || "an organisation"}”`;
  const until = `${day.format(new Date(taken.expiresAt))}, ${taken.expiresAt.slice(11, 16)} UTC`;
  const subject = `${who} invites you to ${where} on Longhaul`;
  const said = `${who} invites you to ${where} on Longhaul as ${meanings[role]}.`;
  const how = `Sign in, or sign up, with this address (${email}): the invitation is for it alone. It holds until ${until}.`;
  const otherwise =
    "If you do not know what this is about, you need not do anything: you become a member of nothing.";
  const paragraph = (html: string) => `<p>${html}</p>`;
  return {
    to: email,
    subject,
    text: `${[said, `Join or decline:\n${link}`, how, otherwise].join("\n\n")}\n`,
    html: [
      '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Invitation</title></head>\n<body>',
      paragraph(escaped(said)),
      paragraph(`<a href="${escaped(link)}">Join or decline</a><br>${escaped(link)}`),
      paragraph(escaped(how)),
      paragraph(escaped(otherwise)),
      "</body>\n</html>\n",
    ].join("\n"),
  };
}
