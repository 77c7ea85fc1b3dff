import { asCaller, me, members } from "@longhaul/db";
import type { Role } from "@longhaul/kit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../support/database.js";
import type { Person } from "../support/tenants.js";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const set = (who: Person, whom: Person, role: Role) =>
  asCaller(world.api, who, (tx) =>
    members.setRole(tx, { organisationId: world.ours.organisationId, userId: whom.userId, role }),
  );
const remove = (who: Person, whom: Person) =>
  asCaller(world.api, who, (tx) =>
    members.remove(tx, { organisationId: world.ours.organisationId, userId: whom.userId }),
  );
const list = (who: Person) =>
  asCaller(world.api, who, (tx) => members.list(tx, { organisationId: world.ours.organisationId }));
const rolesNow = async () =>
  Object.fromEntries((await list(world.ours.people.owner)).map(({ userId, role }) => [userId, role]));

describe("roles", () => {
  test("are seen by everybody, addresses by admins and their own", async () => {
    const { owner, admin, operator, viewer } = world.ours.people;
    const seen = await list(viewer);
    expect(seen.map(({ role }) => role)).toEqual(["owner", "admin", "operator", "viewer"]);
    expect(seen.filter(({ email }) => email !== null).map(({ userId }) => userId)).toEqual([viewer.userId]);
    expect((await list(admin)).every(({ email }) => email !== null)).toBe(true);
    await expect(list(world.theirs.people.owner)).rejects.toMatchObject({ code: "ORGANISATION_NOT_FOUND" });
    expect(seen.map(({ userId }) => userId)).toContain(operator.userId);
    expect(seen[0]?.userId).toBe(owner.userId);
  });

  test("below owner are given by admins, owner's by owners only, and none by others", async () => {
    const { owner, admin, operator, viewer } = world.ours.people;
    await set(admin, viewer, "operator");
    expect((await rolesNow())[viewer.userId]).toBe("operator");
    await expect(set(admin, viewer, "owner")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(set(admin, owner, "admin")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(set(admin, admin, "owner")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(set(operator, viewer, "viewer")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(set(operator, operator, "admin")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await set(owner, admin, "owner");
    expect((await rolesNow())[admin.userId]).toBe("owner");
  });

  test("of another organisation's people are nobody's to change", async () => {
    const stranger = world.theirs.people.viewer;
    await expect(set(world.ours.people.owner, stranger, "admin")).rejects.toMatchObject({
      code: "MEMBER_NOT_FOUND",
    });
    await expect(set(world.theirs.people.owner, world.ours.people.viewer, "admin")).rejects.toMatchObject({
      code: "ORGANISATION_NOT_FOUND",
    });
  });

  test("that there are not are refused", async () => {
    const { owner, viewer } = world.ours.people;
    await expect(set(owner, viewer, "king" as Role)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});

describe("the last owner", () => {
  test("can neither leave nor become less, until there is another", async () => {
    const { owner, admin } = world.ours.people;
    await expect(remove(owner, owner)).rejects.toMatchObject({ code: "LAST_OWNER" });
    await expect(set(owner, owner, "admin")).rejects.toMatchObject({ code: "LAST_OWNER" });
    await set(owner, admin, "owner");
    await remove(owner, owner);
    await expect(remove(admin, admin)).rejects.toMatchObject({ code: "LAST_OWNER" });
  });

  test("is there still when two owners step down at the same moment", async () => {
    const { owner, admin } = world.ours.people;
    for (let round = 0; round < 5; round += 1) {
      const roles = await world.admin.sql<{ user_id: string; role: string }[]>`
        update longhaul.memberships set role = 'owner'
        where user_id in (${owner.userId}, ${admin.userId}) returning user_id, role`;
      expect(roles).toHaveLength(2);
      const ends = await Promise.allSettled([set(owner, owner, "viewer"), set(admin, admin, "viewer")]);
      expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    }
  });
});

describe("a member", () => {
  test("leaves by themselves, is removed by admins, and sees nothing from then on", async () => {
    const { admin, operator, viewer } = world.ours.people;
    await expect(remove(operator, viewer)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await remove(viewer, viewer);
    await remove(admin, operator);
    for (const who of [viewer, operator]) {
      await expect(list(who)).rejects.toMatchObject({ code: "ORGANISATION_NOT_FOUND" });
      const rows = await asCaller(world.api, who, (tx) => tx`select from longhaul.memberships`);
      expect(rows).toHaveLength(0);
      expect((await asCaller(world.api, who, (tx) => me.get(tx)))?.organisations).toEqual([]);
    }
    expect(Object.values(await rolesNow()).toSorted()).toEqual(["admin", "owner"]);
  });
});
