import { asCaller, me, members } from "@longhaul/db";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../support/database.js";
import { waitForLocks } from "../support/locks.js";
import type { Person } from "../support/tenants.js";

let world: World;
let ours: string;
/** Of another organisation, with a confirmed address. */
let guest: Person;
beforeEach(async () => {
  world = await openWorld();
  ours = world.ours.organisationId;
  guest = world.theirs.people.viewer;
  await world.admin.sql`update auth.users set email_confirmed_at = now()`;
});
afterEach(() => world[Symbol.asyncDispose]());

const invite = (who: Person, email = guest.email, role: "viewer" | "operator" | "admin" = "operator") =>
  asCaller(world.api, who, (tx) => members.invite(tx, { organisationId: ours, email, role }));
const open = (who = world.ours.people.admin) =>
  asCaller(world.api, who, (tx) => members.invitations(tx, { organisationId: ours }));
const accept = (who: Person) => asCaller(world.api, who, (tx) => me.accept(tx, ours));
const seen = async (who: Person) => (await asCaller(world.api, who, (tx) => me.get(tx)))!;
const activeOf = async (who: Person) => {
  const [row] = await world.admin.sql<{ claims: { org_id: string; org_role: string } }[]>`
    select longhaul.custom_access_token_hook(jsonb_build_object('user_id', ${who.userId}::text, 'claims', '{}'::jsonb))
      -> 'claims' as claims`;
  return row!.claims;
};
const none = { code: "INVITATION_NOT_FOUND" };

describe("an invitation", () => {
  test("is given by admins, and makes a member of whoever accepts it, who works there from then on", async () => {
    const { admin, operator } = world.ours.people;
    await expect(invite(operator)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(invite(world.theirs.people.owner)).rejects.toMatchObject({ code: "ORGANISATION_NOT_FOUND" });
    await invite(admin, ` ${guest.email.toUpperCase()} `);
    expect(await open()).toMatchObject([{ email: guest.email, role: "operator" }]);
    expect((await seen(guest)).organisations).toHaveLength(1);
    expect((await seen(guest)).invitations).toEqual([
      { organisation: { id: ours, name: expect.any(String) }, role: "operator", by: "ours-admin" },
    ]);
    await accept(guest);
    expect((await seen(guest)).organisations).toContainEqual(
      expect.objectContaining({ id: ours, role: "operator" }),
    );
    expect(await activeOf(guest)).toEqual({ org_id: ours, org_role: "operator" });
    expect(await open()).toEqual([]);
    await expect(invite(admin)).rejects.toMatchObject({ code: "MEMBER_ALREADY" });
  });

  test("is taken once, when it is accepted twice at the same moment", async () => {
    await invite(world.ours.people.admin);
    const ends = await Promise.allSettled([accept(guest), accept(guest)]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("is accepted by who waits for an admin that changes it at the same moment", async () => {
    const { admin } = world.ours.people;
    await invite(admin);
    let accepted: Promise<unknown> = Promise.resolve();
    await asCaller(world.api, admin, async (tx) => {
      await members.invite(tx, { organisationId: ours, email: "person-9@example.test", role: "viewer" });
      accepted = accept(guest);
      accepted.catch(() => {});
      await waitForLocks(world.admin);
      await members.invite(tx, { organisationId: ours, email: guest.email, role: "viewer" });
    });
    await accepted;
    expect((await seen(guest)).organisations).toContainEqual(
      expect.objectContaining({ id: ours, role: "viewer" }),
    );
  });

  test("is for the person of the address alone, and only once the address is confirmed", async () => {
    await invite(world.ours.people.admin);
    const other = world.theirs.people.operator;
    expect((await seen(other)).invitations).toEqual([]);
    await expect(accept(other)).rejects.toMatchObject(none);
    await world.admin.sql`update auth.users set email_confirmed_at = null where id = ${guest.userId}`;
    expect((await seen(guest)).invitations).toEqual([]);
    await expect(accept(guest)).rejects.toMatchObject(none);
  });

  test("says nothing of whether an address has an account", async () => {
    const { admin } = world.ours.people;
    await invite(admin, "nobody@example.test");
    await invite(admin);
    const [first, second] = await open();
    expect(Object.keys(first!)).toEqual(Object.keys(second!));
    // Whose addresses are invited is for admins to see.
    await expect(open(world.ours.people.operator)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("holds no longer when it is taken back, declined or over", async () => {
    const { admin } = world.ours.people;
    await invite(admin);
    await asCaller(world.api, admin, (tx) =>
      members.withdraw(tx, { organisationId: ours, email: guest.email }),
    );
    await expect(accept(guest)).rejects.toMatchObject(none);
    await invite(admin);
    await asCaller(world.api, guest, (tx) => me.decline(tx, ours));
    expect(await open()).toEqual([]);
    await expect(accept(guest)).rejects.toMatchObject(none);
    await invite(admin);
    await world.admin.sql`update longhaul.invitations set expires_at = now() - interval '1 second'`;
    expect(await open()).toEqual([]);
    expect((await seen(guest)).invitations).toEqual([]);
    await expect(accept(guest)).rejects.toMatchObject(none);
  });

  test("is for no owner, no word that is no address, and for 100 at a time", async () => {
    const { owner } = world.ours.people;
    await expect(invite(owner, guest.email, "owner" as "admin")).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
    for (const email of ["", "ada", "a b@example.test", `${"a".repeat(250)}@example.test`])
      await expect(invite(owner, email), email).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await world.admin.sql`insert into longhaul.invitations (organisation_id, email, role)
      select ${ours}, 'person-' || n || '@example.test', 'viewer' from generate_series(1, 100) n`;
    await expect(invite(owner)).rejects.toMatchObject({ code: "TOO_MANY_INVITATIONS" });
    await invite(owner, "person-7@example.test", "admin");
    expect((await open())[0]).toMatchObject({ email: "person-7@example.test", role: "admin" });
  });
});

describe("whoever is taken out leaves nobody in waiting", () => {
  const leaves: Record<string, (who: Person) => Promise<unknown>> = {
    "removed by an owner": ({ userId }) =>
      asCaller(world.api, world.ours.people.owner, (tx) =>
        members.remove(tx, { organisationId: ours, userId }),
      ),
    "may no longer invite": ({ userId }) =>
      asCaller(world.api, world.ours.people.owner, (tx) =>
        members.setRole(tx, { organisationId: ours, userId, role: "operator" }),
      ),
    leaves: (who) =>
      asCaller(world.api, who, (tx) => members.remove(tx, { organisationId: ours, userId: who.userId })),
  };
  test.each(Object.entries(leaves))("%s", async (_, leave) => {
    const { admin, owner } = world.ours.people;
    await invite(admin, guest.email, "admin");
    await invite(owner, "person-8@example.test");
    await leave(admin);
    await expect(accept(guest)).rejects.toMatchObject(none);
    expect(await open(owner)).toMatchObject([{ email: "person-8@example.test" }]);
  });
});

test("a person works for the one of their organisations that they choose, and for no other", async () => {
  await invite(world.ours.people.admin);
  await accept(guest);
  const theirs = world.theirs.organisationId;
  const choose = (id: string) => asCaller(world.api, guest, (tx) => me.choose(tx, id));
  await choose(theirs);
  expect((await activeOf(guest)).org_id).toBe(theirs);
  await choose(ours);
  expect((await activeOf(guest)).org_id).toBe(ours);
  await asCaller(world.api, guest, (tx) =>
    members.remove(tx, { organisationId: ours, userId: guest.userId }),
  );
  await expect(choose(ours)).rejects.toMatchObject({ code: "ORGANISATION_NOT_FOUND" });
  expect((await activeOf(guest)).org_id).toBe(theirs);
});
