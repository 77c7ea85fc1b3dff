import { createCaller } from "@longhaul/api";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ApiWorld, openApiWorld } from "./api-world.js";

const DASHBOARD_URL = "https://longhaul.example";

let world: ApiWorld;
let services: ReturnType<ApiWorld["open"]>;
beforeAll(async () => {
  world = await openApiWorld();
  services = world.open({}, { DASHBOARD_URL });
});
afterAll(async () => {
  await services.close();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => world.admin.sql`delete from longhaul.invitations`);

const admin = () => createCaller(services, { token: world.ours.admin.token });
const links = async () =>
  (await world.admin.sql<{ link: string }[]>`select link from longhaul.invitation_mails`).map(
    ({ link }) => link,
  );

test("where it is not known an invitation is made and nothing is mailed, and pages hear of it", async () => {
  const caller = await world.as(world.ours.admin);
  expect(await caller.members.invite({ email: "grace@example.org", role: "viewer" })).toMatchObject([
    { email: "grace@example.org", mail: null },
  ]);
  expect(await links()).toEqual([]);
  const config = await fetch(`${world.url}/config.json`);
  expect(await config.json()).toMatchObject({ mailsInvitations: false });
});

test("the link leads to the dashboard that the deployment names, whatever address was asked", async () => {
  const api = world.serve(services);
  const url = await api.start(0, "127.0.0.1");
  try {
    const answer = await fetch(`${url}/trpc/members.invite`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${world.ours.admin.token}`,
        "content-type": "application/json",
        "x-forwarded-host": "evil.example",
        forwarded: "host=evil.example",
      },
      body: JSON.stringify({ email: "grace@example.org", role: "viewer" }),
    });
    expect(answer.status).toBe(200);
    expect(await links()).toEqual([`${DASHBOARD_URL}/join`]);
    const config = await fetch(`${url}/config.json`);
    expect(await config.json()).toMatchObject({ mailsInvitations: true });
  } finally {
    await api.close();
  }
});

test("one that is mailed again stays what others have made of it, and one that they took back stays so", async () => {
  const caller = await admin();
  const email = "joan@example.org";
  await caller.members.invite({ email, role: "operator", mail: false });
  await caller.members.invite({ email, role: "viewer", mail: false });
  await world.admin.sql`update longhaul.invitations set expires_at = clock_timestamp() + interval '1 minute'`;
  const [again] = await caller.members.mailAgain({ email: "Joan@Example.org" });
  expect(again).toMatchObject({ email, role: "viewer", mail: { status: "waiting" } });
  expect(Date.parse(again?.expiresAt ?? "") - Date.now()).toBeGreaterThan(13 * 86_400_000);
  await caller.members.withdraw({ email });
  await expect(caller.members.mailAgain({ email })).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: expect.stringContaining("does not hold any more"),
  });
  expect(await caller.members.invitations()).toEqual([]);
});

test.each([
  ["changes", "update longhaul.invitations set role = 'viewer'", { role: "viewer" }],
  ["takes back", "delete from longhaul.invitations", { code: "NOT_FOUND" }],
])("one that another admin %s while it is mailed again is as they made it", async (_, change, left) => {
  const caller = await admin();
  const email = "mary@example.org";
  await caller.members.invite({ email, role: "admin", mail: false });
  let again: Promise<unknown> | undefined;
  await world.admin.sql.begin(async (tx) => {
    await tx`select from longhaul.organisations where id = ${world.ours.id} for update`;
    await tx.unsafe(change);
    again = caller.members.mailAgain({ email }).then(
      ([one]) => one,
      (error: unknown) => error,
    );
    await expect
      .poll(async () => {
        const [row] = await world.admin.sql<[{ waiting: boolean }]>`
          select exists (select from pg_locks where not granted) as waiting`;
        return row.waiting;
      })
      .toBe(true);
  });
  expect(await again).toMatchObject(left);
});

test("who invites may say that nothing is mailed, and hears what was mailed too often", async () => {
  const caller = await admin();
  const asked = { email: "ada@example.org", role: "operator" as const };
  expect(await caller.members.invite({ ...asked, mail: false })).toMatchObject([{ mail: null }]);
  await caller.members.invite(asked);
  await world.admin.sql`
    insert into longhaul.invitation_mails (organisation_id, email, mailbox, link)
    select ${world.theirs.id}, 'ada+' || n || '@example.org', 'ada@example.org', ${DASHBOARD_URL} from generate_series(1, 4) n`;
  await caller.members.withdraw({ email: asked.email });
  await expect(caller.members.invite(asked)).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("gets no more"),
  });
  expect(await caller.members.invitations()).toEqual([]);
});
