import { describe, expect, it } from "vitest";
import { harmless, invitationMail } from "./mail.js";

const taken = {
  email: "grace@example.org",
  link: "https://longhaul.example/join",
  role: "operator",
  organisation: "Compilers",
  inviter: "Ada Lovelace",
  expiresAt: "2026-12-07T09:12:30.000Z",
} as const;

describe("the mail of an invitation", () => {
  it("says who invites to what, as what, until when, and where to join", () => {
    const { to, subject, text, html } = invitationMail(taken);
    expect(to).toBe("grace@example.org");
    expect(subject).toBe("Ada Lovelace invites you to “Compilers” on Longhaul");
    for (const body of [text, html]) {
      expect(body).toContain(
        "Ada Lovelace invites you to “Compilers” on Longhaul as an operator, who also starts, cancels and decides.",
      );
      expect(body).toContain("It holds until 7 December 2026, 09:12 UTC.");
      expect(body).toContain("(grace@example.org): the invitation is for it alone");
    }
    expect(text).toContain("\nhttps://longhaul.example/join\n");
    expect(html).toContain('<a href="https://longhaul.example/join">Join or decline</a>');
  });

  it("does without the name of who has gone", () => {
    expect(invitationMail({ ...taken, inviter: null }).subject).toMatch(/^Somebody invites you/);
  });

  const hostile =
    "Ada\r\nBcc: all@example.org\n\n<img src=x onerror=1>\u202E\u0000 \"'& https://evil.example/x";

  it.each(["organisation", "inviter"] as const)(
    "takes no line, markup or link from the %s's name",
    (field) => {
      const { subject, text, html } = invitationMail({ ...taken, [field]: hostile });
      expect(subject).not.toMatch(/[\p{Cc}\u202E]/u);
      // The lines are ours, as many as there are with a harmless name.
      expect(text.split("\n")).toHaveLength(invitationMail(taken).text.split("\n").length);
      expect(html.split("\n")).toHaveLength(invitationMail(taken).html.split("\n").length);
      expect(html).not.toContain("<img");
      expect(html).toContain("&lt;img src=x onerror=1&gt;");
      expect(html.match(/<a /g)).toHaveLength(1);
      for (const body of [subject, text, html]) {
        expect(body).not.toMatch(/evil\.example|all@example|https:\/\/evil/);
        expect(body).not.toMatch(/\u202E|\u0000/);
      }
    },
  );
});

describe("a name in it", () => {
  it("stays as it is where there is nothing to fear", () => {
    expect(harmless("Müller & Söhne, s. r. o.")).toBe("Müller & Söhne, s. r. o.");
    expect(harmless("می‌خواهم")).toBe("می‌خواهم");
  });

  it("is cut where it is long, and never in the middle of a character", () => {
    expect(harmless("𝒳".normalize("NFD").repeat(100))).toBe(`${"X".repeat(79)}…`);
    expect([...harmless("🜁".repeat(100))]).toHaveLength(80);
  });

  it("is made no link of by whatever stands for a dot", () => {
    expect(harmless("evil\uFF0Eexample")).toBe("evil.\u2060example");
    expect(harmless("evil\uFF61example")).toBe("evil。\u2060example");
  });

  it("that is nothing at all is said in other words", () => {
    expect(invitationMail({ ...taken, organisation: "\u202E", inviter: " " }).subject).toBe(
      "Somebody invites you to “an organisation” on Longhaul",
    );
  });
});
