import {
  asCaller,
  asDispatcher,
  type Invitation,
  invitationMails,
  type InvitedRole,
  me,
  members,
} from "@longhaul/db";
import { forgetInvitationMails, inviteMember, type Mail, mailInvitations } from "@longhaul/runs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../support/database.js";
import { callerOf } from "./runs-world.js";
import { readsOf } from "../support/reads.js";
import { createTenant, type Tenant } from "../support/tenants.js";

const link = "https://longhaul.example/join";
const email = "grace@example.org";

let world: World;
let sent: Mail[];
/** What the provider answers to the next mails; it takes those for which nothing is said. */
let answers: (() => Promise<never>)[];
beforeEach(async () => {
  world = await openWorld();
  [sent, answers] = [[], []];
});
afterEach(() => world[Symbol.asyncDispose]());

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const deps = () => ({ db: world.api, logger: quiet });

interface Asked {
  email?: string;
  role?: InvitedRole;
  link?: string | null;
}
const invite = (over: Asked = {}, tenant: Tenant = world.ours) =>
  inviteMember(deps(), callerOf(tenant, "admin"), { email, role: "operator", link, ...over });
const open = (tenant: Tenant = world.ours): Promise<Invitation[]> =>
  asCaller(world.api, tenant.people.admin, (tx) => members.invitations(tx, tenant));
const mailOf = async (tenant?: Tenant) => (await open(tenant))[0]?.mail;

const deliver = () =>
  mailInvitations(deps(), async (mail) => {
    const answer = answers.shift();
    if (answer) await answer();
    sent.push(mail);
    return `message-${sent.length}`;
  });
const fails = (name: string, message: string, more: object = {}) => {
  const failure = Object.assign(new Error(message), { name, ...more });
  return () => Promise.reject(failure);
};
const take = () => asDispatcher(world.api, (tx) => invitationMails.take(tx, { limit: 10, holdSeconds: 60 }));
/** As if the time of the next try had come, or that of a hold were over. */
const hurry = () => world.admin.sql`
  update longhaul.invitation_mails set next_try_at = now() - interval '1 second' where status = 'waiting'`;
const stored = async () =>
  (
    await world.admin.sql<
      { status: string }[]
    >`select status from longhaul.invitation_mails order by created_at`
  ).map(({ status }) => status);

test("whoever is invited gets one mail, which says who invites to what, as what, until when, and where to join", async () => {
  await world.admin
    .sql`update longhaul.organisations set name = 'Compilers' where id = ${world.ours.organisationId}`;
  const [invitation] = await invite({ email: ` ${email.toUpperCase()} ` });
  const none = { sentAt: null, error: null, nextTryAt: null };
  expect(invitation).toMatchObject({ email, mail: { status: "waiting", ...none } });
  expect(await deliver()).toEqual({ sent: 1, failed: 0 });
  expect(sent).toEqual([expect.objectContaining({ to: email })]);
  expect(sent[0]!.subject).toBe("ours-admin invites you to “Compilers” on Longhaul");
  for (const part of [link, "operator", email, invitation!.expiresAt.slice(11, 16)])
    expect(sent[0]!.text).toContain(part);
  expect(await mailOf()).toEqual({
    status: "sent",
    sentAt: expect.any(String),
    error: null,
    nextTryAt: null,
  });
  expect(await deliver()).toEqual({ sent: 0, failed: 0 });
  const [row] = await world.admin.sql`select message_id, attempts from longhaul.invitation_mails`;
  expect(row).toEqual({ message_id: "message-1", attempts: 1 });
});

test("the sender is told when the mail is there, and an invitation is made also when it cannot be told", async () => {
  const seen: string[][] = [];
  const bell = { ring: async () => void seen.push(await stored()) };
  const asked = { email, role: "viewer" as const, link };
  await inviteMember({ ...deps(), invitationBell: bell }, callerOf(world.ours, "admin"), asked);
  expect(seen).toEqual([["waiting"]]);
  await inviteMember({ ...deps(), invitationBell: bell }, callerOf(world.ours, "admin"), {
    ...asked,
    link: null,
  });
  expect(seen).toHaveLength(1);
  const broken = { ring: () => Promise.reject(new Error("nobody there")) };
  await inviteMember({ ...deps(), invitationBell: broken }, callerOf(world.theirs, "admin"), asked);
  expect(await mailOf(world.theirs)).toMatchObject({ status: "waiting" });
});

test("several senders send each mail once", async () => {
  for (let n = 0; n < 20; n += 1) await invite({ email: `person-${n}@example.org` });
  const counts = await Promise.all([deliver(), deliver(), deliver()]);
  expect(counts.reduce((sum, count) => sum + count.sent, 0)).toBe(20);
  expect(new Set(sent.map(({ to }) => to)).size).toBe(20);
  expect(sent).toHaveLength(20);
});

test("one whose sender dies between sending and noting is sent again, when it is no longer held", async () => {
  await invite();
  const [lost] = await take();
  expect(await deliver()).toEqual({ sent: 0, failed: 0 });
  expect(await mailOf()).toMatchObject({ status: "waiting", nextTryAt: null });
  await hurry();
  const [second] = await take();
  expect(second).toMatchObject({ id: lost!.id, attempts: 2 });
  // The first one comes back from the dead, and is not believed.
  const note = { id: lost!.id, messageId: null, error: "late", retrySeconds: null };
  await invitationMails.note(world.api, { ...note, attempts: 1 });
  expect(await mailOf()).toMatchObject({ status: "waiting", error: null });
  await hurry();
  expect(await deliver()).toEqual({ sent: 1, failed: 0 });
  expect(await mailOf()).toMatchObject({ status: "sent" });
  await invitationMails.note(world.api, { ...note, attempts: 3 });
  expect(await mailOf()).toMatchObject({ status: "sent", error: null });
});

test("one of whose tries nothing is ever noted is given up after the tenth, with a reason, and asked for anew begins anew", async () => {
  await invite();
  const tries: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    tries.push(...(await take()).map(({ attempts }) => attempts));
    await hurry();
  }
  expect(tries).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await mailOf()).toMatchObject({ status: "failed", error: expect.stringContaining("ten times") });
  await invite();
  expect(await take()).toMatchObject([{ attempts: 1 }]);
});

test("one whose last try was never noted is mailed anew for who asks before it is given up", async () => {
  await invite();
  for (let n = 0; n < 10; n += 1) {
    await take();
    await hurry();
  }
  await invite();
  expect(await deliver()).toEqual({ sent: 1, failed: 0 });
  expect(await mailOf()).toMatchObject({ status: "sent" });
});

describe("what fails", () => {
  const unreachable = fails("TimeoutError", "connect ETIMEDOUT 10.0.0.7");

  test("is tried again, later each time, and given up in the end with the reason", async () => {
    await invite();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      answers.push(unreachable);
      const before = Date.now();
      expect(await deliver()).toEqual({ sent: 0, failed: 1 });
      const mail = await mailOf();
      expect(mail).toMatchObject({ status: "waiting", error: "The mail service could not be reached." });
      waits.push(Date.parse(mail!.nextTryAt!) - before);
      // Before its time it is not sent; the first time is so near that it may have come.
      if (attempt > 1) expect(await deliver()).toEqual({ sent: 0, failed: 0 });
      await hurry();
    }
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    answers.push(unreachable);
    await deliver();
    const given = { error: "The mail service could not be reached.", sentAt: null, nextTryAt: null };
    expect(await mailOf()).toEqual({ status: "failed", ...given });
    await hurry();
    expect(await deliver()).toEqual({ sent: 0, failed: 0 });
    // Who asks for it once more begins anew.
    await invite();
    expect(await deliver()).toEqual({ sent: 1, failed: 0 });
    expect(await mailOf()).toMatchObject({ status: "sent", error: null });
  });

  const client = { $fault: "client" };
  test.each([
    ["MessageRejected", "Email address is not verified: arn:aws:ses:1234", /not verified the sender/],
    ["BadRequestException", "1234", /refused it/],
    ["AccessDeniedException", "User arn:aws:iam::1234 may not ses:SendEmail", /refused it/],
  ])("for good is given up at once: %s", async (name, message, reason) => {
    await invite();
    answers.push(fails(name, message, client));
    await deliver();
    const mail = await mailOf();
    expect(mail).toMatchObject({ status: "failed", error: expect.stringMatching(reason) });
    // The provider's own words are for whoever runs this.
    expect(mail!.error).not.toContain("1234");
  });

  test.each([
    ["SendingPausedException", client, /sends nothing from here/],
    ["TooManyRequestsException", client, /takes no more/],
    ["InternalFailure", { $fault: "server" }, /could not be reached/],
  ])("for a while is tried again: %s", async (name, more, reason) => {
    await invite();
    answers.push(fails(name, "Not now.", more));
    await deliver();
    expect(await mailOf()).toMatchObject({ status: "waiting", error: expect.stringMatching(reason) });
    await hurry();
    expect(await deliver()).toEqual({ sent: 1, failed: 0 });
  });

  test("keeps no other waiting", async () => {
    for (let n = 0; n < 6; n += 1) await invite({ email: `person-${n}@example.org` });
    answers.push(unreachable);
    expect(await deliver()).toEqual({ sent: 5, failed: 1 });
  });
});

describe("an invitation that is given anew", () => {
  test("while its mail waits is mailed once, as it is then", async () => {
    await invite({ role: "viewer" });
    await invite({ role: "admin" });
    expect(await deliver()).toEqual({ sent: 1, failed: 0 });
    expect(sent[0]!.text).toContain("an admin");
  });

  test("while its mail is on its way, or after, is mailed once more", async () => {
    await invite({ role: "viewer" });
    const [first] = await take();
    await invite({ role: "operator" });
    await invitationMails.note(world.api, {
      ...{ id: first!.id, attempts: 1, messageId: "of the viewer" },
      ...{ error: null, retrySeconds: null },
    });
    expect(await mailOf()).toMatchObject({ status: "waiting" });
    expect(await deliver()).toEqual({ sent: 1, failed: 0 });
    expect(sent[0]!.text).toContain("an operator");
    await invite({ email: "other@example.org", role: "viewer" });
    await deliver();
    await invite({ email: "other@example.org", role: "admin" });
    expect(await deliver()).toEqual({ sent: 1, failed: 0 });
    expect(sent.at(-1)!.text).toContain("an admin");
  });

  test("is not what a sender that was lost on its way would tell of", async () => {
    await invite({ role: "viewer" });
    await take();
    await invite({ role: "operator" });
    await hurry();
    expect(await deliver()).toEqual({ sent: 1, failed: 0 });
    expect(sent[0]!.text).toContain("an operator");
    expect(await stored()).toEqual(["dropped", "sent"]);
  });

  test("without a mail is not mailed, whatever waited", async () => {
    await invite();
    await invite({ link: null });
    expect(await mailOf()).toBeNull();
    expect(await deliver()).toEqual({ sent: 0, failed: 0 });
    expect(await stored()).toEqual(["dropped"]);
  });
});

describe("no mail is sent of an invitation that does not hold any more", () => {
  const endings: Record<string, () => PromiseLike<unknown>> = {
    "taken back": () =>
      asCaller(world.api, world.ours.people.admin, (tx) => members.withdraw(tx, { ...world.ours, email })),
    over: () => world.admin.sql`update longhaul.invitations set expires_at = now() - interval '1 second'`,
    "given by somebody who has gone": () =>
      asCaller(world.api, world.ours.people.owner, (tx) =>
        members.remove(tx, { ...world.ours, userId: world.ours.people.admin.userId }),
      ),
  };
  test.each(Object.entries(endings))("%s", async (_, end) => {
    await invite();
    await end();
    expect(await deliver()).toEqual({ sent: 0, failed: 0 });
    expect(await stored()).toEqual(["dropped"]);
    expect(
      await asCaller(world.api, world.ours.people.owner, (tx) => members.invitations(tx, world.ours)),
    ).toEqual([]);
  });

  test("accepted", async () => {
    const guest = world.theirs.people.viewer;
    await world.admin.sql`update auth.users set email_confirmed_at = now()`;
    await invite({ email: guest.email });
    await asCaller(world.api, guest, (tx) => me.accept(tx, world.ours.organisationId));
    expect(await deliver()).toEqual({ sent: 0, failed: 0 });
  });
});

describe("nobody is flooded", () => {
  const tooMany = { code: "TOO_MANY_MAILS" };
  const tomorrow = () =>
    world.admin.sql`update longhaul.invitation_mails set created_at = created_at - interval '25 hours'`;
  const given = async (tenant?: Tenant) => (await open(tenant)).map((one) => one.email);

  test("by an organisation: 50 a day are mailed, and what is refused is not made", async () => {
    const people = ["a", "b", "c", "d"].map((name) => `${name}@example.org`);
    for (const person of people) await invite({ email: person, link: null });
    for (let n = 0; n < 48; n += 1) await invite({ email: `person-${n}@example.org` });
    // What was taken back has counted.
    await asCaller(world.api, world.ours.people.admin, (tx) =>
      members.withdraw(tx, { ...world.ours, email: "person-0@example.org" }),
    );
    // Two have room, however many come at once.
    const ends = await Promise.allSettled(
      people.map((person) =>
        asCaller(world.api, world.ours.people.admin, (tx) =>
          members.mail(tx, { ...world.ours, email: person, link }),
        ),
      ),
    );
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    for (const end of ends) if (end.status === "rejected") expect(end.reason).toMatchObject(tooMany);
    await expect(invite()).rejects.toMatchObject(tooMany);
    expect(await given()).not.toContain(email);
    await invite({ email: "told@example.org", link: null });
    expect(await given()).toContain("told@example.org");
    // Others have their own.
    await invite({}, world.theirs);
    expect(await deliver()).toEqual({ sent: 50, failed: 0 });
    await tomorrow();
    await invite();
    expect(await deliver()).toEqual({ sent: 1, failed: 0 });
  });

  const another = async (name: string) => await createTenant(world.admin.sql, name);
  const withdraw = (tenant: Tenant, address: string) =>
    asCaller(world.api, tenant.people.admin, (tx) =>
      members.withdraw(tx, { organisationId: tenant.organisationId, email: address }),
    );
  const refusal = (asked: Asked, tenant?: Tenant) =>
    invite(asked, tenant).then(
      () => null,
      (error: unknown) => error as Error,
    );

  test("by all organisations together: an address is mailed five a day, two by one of them, however it is spelt", async () => {
    const spelt = (n: number) => `Grace+${n}@example.org`;
    for (let n = 0; n < 2; n += 1) {
      await invite({ email: spelt(n) });
      await deliver();
    }
    const ofOne = await refusal({ email: spelt(2) });
    expect(ofOne).toMatchObject({ ...tooMany, message: expect.stringContaining("This address") });
    const others = [world.theirs, await another("third")];
    // Three have room, however many come at once.
    const ends = await Promise.allSettled(
      others.flatMap((tenant) => [3, 4].map((n) => invite({ email: spelt(n) }, tenant))),
    );
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    await deliver();
    expect(sent).toHaveLength(5);
    const fourth = await another("fourth");
    const ofAll = await refusal({}, fourth);
    // Which of the two it was, and how many others there were, is not said.
    expect(ofAll).toMatchObject({ ...tooMany, message: ofOne!.message });
    expect(ofAll!.message).not.toMatch(/\d|two|five/i);
    await invite({ email: "other@example.org" }, fourth);
    await tomorrow();
    await invite({}, fourth);
  });

  test("and by the person behind it, where one has many spellings", async () => {
    await invite({ email: "grace.hopper@gmail.com" });
    await deliver();
    await invite({ email: "g.racehopper+work@googlemail.com" });
    await deliver();
    expect(await refusal({ email: "gracehopper@gmail.com" })).toMatchObject(tooMany);
    expect(await refusal({ email: "gr.ace.hopper@googlemail.com" })).toMatchObject(tooMany);
    // With others the dots are somebody else's.
    await invite({ email: "gracehopper@example.org" });
    await invite({ email: "grace.hopper@example.org" });
    await invite({ email: "g.race.hopper@example.org" });
    await deliver();
    expect(sent).toHaveLength(5);
  });

  test("and nobody is kept from being mailed by mails that never went", async () => {
    for (let n = 0; n < 3; n += 1) {
      const tenant = await another(`empty-${n}`);
      for (let again = 0; again < 2; again += 1) {
        await invite({}, tenant);
        await withdraw(tenant, email);
        expect(await deliver()).toEqual({ sent: 0, failed: 0 });
      }
      // What an organisation had stored counts for itself.
      await expect(invite({}, tenant)).rejects.toMatchObject(tooMany);
    }
    await invite();
    expect(await deliver()).toEqual({ sent: 1, failed: 0 });
  });

  /** Mails that others had sent, each organisation its own. */
  const mailed = (count: number, ago: string, status: "sent" | "dropped" = "sent") => world.admin.sql`
    insert into longhaul.invitation_mails
      (organisation_id, email, mailbox, link, status, attempts, next_try_at, sent_at, created_at)
    select ${world.theirs.organisationId}, m, m, ${link}, ${status}, ${status === "sent" ? 1 : 0}, null,
      case when ${status} = 'sent' then now() end, now() - ${ago}::interval
    from generate_series(1, ${count}::integer) n, lateral (select ${ago.replace(" ", "-")} || n || '@example.net' as m) named`;

  test("by a deployment: 500 a day are mailed by all organisations, however many there are", async () => {
    await mailed(498, "2 hours");
    await mailed(100, "3 hours", "dropped");
    await mailed(100, "25 hours");
    const tenants = [world.ours, await another("third"), await another("fourth")];
    const ends = await Promise.allSettled(tenants.map((tenant) => invite({}, tenant)));
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const fifth = await another("fifth");
    await expect(invite({ email: "other@example.org" }, fifth)).rejects.toMatchObject({
      ...tooMany,
      message: expect.stringContaining("Invite without an e-mail"),
    });
    expect(await given(fifth)).toEqual([]);
    await invite({ link: null }, fifth);
    await tomorrow();
    await invite({}, fifth);
  });

  test("and what was mailed before is not read for it", async () => {
    await mailed(20_000, "5 days");
    await world.admin.sql`analyze longhaul.invitation_mails`;
    await invite({ link: null });
    const read = await asCaller(world.api, world.ours.people.admin, (tx) =>
      readsOf(tx, "longhaul.invitation_mails", () => members.mail(tx, { ...world.ours, email, link })),
    );
    expect(read.scans).toBe(0);
    expect(read.rows).toBeGreaterThan(0);
    expect(read.rows).toBeLessThan(10);
  });
});

describe("two organisations", () => {
  test("that invite the same address mail each their own invitation, and see nothing of the other's", async () => {
    await world.admin
      .sql`update longhaul.organisations set name = 'Theirs' where id = ${world.theirs.organisationId}`;
    await invite();
    await invite({ role: "viewer" }, world.theirs);
    answers.push(fails("BadRequestException", "no", { $fault: "client" }));
    await deliver();
    expect([await mailOf(), await mailOf(world.theirs)].map((mail) => mail?.status).toSorted()).toEqual([
      "failed",
      "sent",
    ]);
    expect(sent).toHaveLength(1);
  });

  test("mail nothing for each other, and only admins have anything mailed", async () => {
    await invite({ link: null });
    const mail = (tenant: Tenant, role: "owner" | "operator") =>
      asCaller(world.api, tenant.people[role], (tx) =>
        members.mail(tx, { organisationId: world.ours.organisationId, email, link }),
      );
    await expect(mail(world.theirs, "owner")).rejects.toMatchObject({ code: "ORGANISATION_NOT_FOUND" });
    await expect(mail(world.ours, "operator")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(
      inviteMember(deps(), callerOf(world.ours, "operator"), { email, role: "viewer", link }),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await stored()).toEqual([]);
    await mail(world.ours, "owner");
    expect(await stored()).toEqual(["waiting"]);
  });

  test("nobody has mailed what was not invited", async () => {
    const asked = { ...world.ours, email, link };
    await expect(
      asCaller(world.api, world.ours.people.admin, (tx) => members.mail(tx, asked)),
    ).rejects.toMatchObject({ code: "INVITATION_NOT_FOUND" });
  });
});

test.each([
  "a@example.org,b@example.org",
  "a<b@example.org",
  '"a"@example.org',
  "a@example.org\r",
  "jörg@example.org",
  "a@localhost",
  "a@example.org.",
])("%j is no address that a mail goes to", async (address) => {
  await expect(invite({ email: address })).rejects.toMatchObject({ code: "INPUT_INVALID" });
  expect(await stored()).toEqual([]);
});

test("what was mailed thirty days ago is forgotten, what still waits is not", async () => {
  await invite();
  await invite({ email: "other@example.org" });
  answers.push(fails("TimeoutError", "late"));
  await deliver();
  await world.admin.sql`update longhaul.invitation_mails set created_at = created_at - interval '31 days'`;
  expect(await forgetInvitationMails(deps())).toBe(1);
  expect(await stored()).toEqual(["waiting"]);
  expect((await open()).map(({ mail }) => mail?.status ?? null).toSorted()).toEqual([null, "waiting"]);
});
