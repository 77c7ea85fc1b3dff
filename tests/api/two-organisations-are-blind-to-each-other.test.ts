import { procedureNames } from "@longhaul/api";
import { roleAtLeast, roles } from "@longhaul/kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiWorld, type Member, openApiWorld, type Role } from "./api-world.js";
import { openQueries } from "./query-calls.js";
import { openTold } from "./told-calls.js";
import { watch, watchList } from "./watching.js";

let world: ApiWorld;
let file: string;
let runId: string;
let approvalId: string;
beforeAll(async () => {
  world = await openApiWorld();
  world.steps.hold("ProcessData");
  file = await world.upload(world.ours.operator);
  runId = await world.start(world.ours.operator, "Secret of ours");
  approvalId = await askFor(runId);
  await queries.make();
  await told.make();
  await world.clients
    .http(world.ours.operator)
    .workflows.dataImport.start.mutate({ input: { file, name: "March" }, idempotencyKey: "of ours" });
});
const queries = openQueries(() => world);
const told = openTold(() => world);
afterAll(() => world[Symbol.asyncDispose]());

let twinId: string | null = null;

/** A twin of ours whose first version is in training, for all tests. */
async function ourTwin(): Promise<string> {
  twinId ??= await newTwin();
  return twinId;
}

async function newTwin(): Promise<string> {
  const { twins } = world.clients.http(world.ours.operator);
  return (await twins.train.mutate({ input: { name: "Secret twin", text: "Words." } })).twinId;
}

let visits = 0;

/** Asks an operator for an approval, as a machine does. */
async function askFor(run: string): Promise<string> {
  visits += 1;
  const [row] = await world.admin.sql<{ answer: { approvalId: string } }[]>`
    select longhaul.request_approval(${run}, 1, 'Approve', '', ${visits}, null, 'Secret approval', 'operator', '{}', '{}',
      null, ${`token-${visits}`}) as answer`;
  return row!.answer.approvalId;
}

const isOurs = (member: Member | null) => member !== null && world.ours.id === member.organisationId;
const operates = (member: Member | null): member is Member =>
  member !== null && isOurs(member) && roleAtLeast(member.role, "operator");

/** A run of the member's own that has ended; for those who cannot start one: ours. */
async function endedRun(member: Member | null): Promise<string> {
  if (!operates(member)) return runId;
  const ended = await world.start(member);
  await world.end(ended);
  return ended;
}

/** What the use case behind the procedure says is an answer, too: whoever hears it was let through. */
async function orSays(code: string, call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if ((error as { data?: { errorCode?: string } }).data?.errorCode === code) return code;
    throw error;
  }
}

/** Every procedure, called on what belongs to "ours". What it answers, or the code of its refusal. */
const calls: Record<
  string,
  { needs: Role | "token"; otherwise?: string; call: (member: Member | null) => Promise<unknown> }
> = {
  "approvals.list": {
    needs: "viewer",
    call: (member) => world.clients.http(member).approvals.list.query({ status: "open" }),
  },
  "approvals.watch": {
    needs: "viewer",
    call: (member) => firstData((on) => socketOf(member).approvals.watch.subscribe(undefined, on)),
  },
  "approvals.get": {
    needs: "viewer",
    call: (member) => world.clients.http(member).approvals.get.query({ approvalId }),
  },
  "approvals.decide": {
    // The approval says which role decides it.
    needs: "operator",
    otherwise: "FORBIDDEN",
    call: async (member) => {
      const target = operates(member) ? await askFor(runId) : approvalId;
      return world.clients.http(member).approvals.decide.mutate({ approvalId: target, decision: {} });
    },
  },
  "campaigns.list": {
    needs: "viewer",
    call: (member) => world.clients.http(member).campaigns.list.query(),
  },
  "campaigns.start": {
    needs: "operator",
    call: async (member) => {
      // No version of it is ready: who hears that was let through.
      const call = world.clients
        .http(member)
        .campaigns.start.mutate({ input: { twinIds: [await ourTwin()] } });
      return isOurs(member) ? orSays("INPUT_INVALID", call) : call;
    },
  },
  "company.get": { needs: "viewer", call: (member) => world.clients.http(member).company.get.query() },
  "company.save": {
    needs: "operator",
    call: async (member) => {
      const { company } = world.clients.http(member);
      const { version } = await company.get.query();
      return company.save.mutate({ version, fields: { company: "A company" } });
    },
  },
  "company.finish": {
    needs: "operator",
    call: (member) => {
      // It has no sources.
      const call = world.clients.http(member).company.finish.mutate({ name: "First" });
      return isOurs(member) ? orSays("INPUT_INVALID", call) : call;
    },
  },
  "twins.list": {
    needs: "viewer",
    call: async (member) => {
      await ourTwin();
      return world.clients.http(member).twins.list.query();
    },
  },
  "twins.get": {
    needs: "viewer",
    call: async (member) => world.clients.http(member).twins.get.query({ twinId: await ourTwin() }),
  },
  "twins.train": {
    needs: "operator",
    call: async (member) => {
      const input = { name: "Secret twin", text: "Words.", twinId: await ourTwin() };
      const call = world.clients.http(member).twins.train.mutate({ input });
      return isOurs(member) ? orSays("TWIN_IN_TRAINING", call) : call;
    },
  },
  "twins.activate": {
    needs: "operator",
    call: async (member) => {
      const call = world.clients.http(member).twins.activate.mutate({ twinId: await ourTwin(), version: 1 });
      return isOurs(member) ? orSays("VERSION_NOT_READY", call) : call;
    },
  },
  "twins.remove": {
    needs: "operator",
    call: async (member) => {
      const twinId = await (operates(member) ? newTwin() : ourTwin());
      return world.clients.http(member).twins.remove.mutate({ twinId });
    },
  },
  "deadLetters.list": {
    needs: "viewer",
    call: (member) => world.clients.http(member).deadLetters.list.query({}),
  },
  "deadLetters.requeue": {
    needs: "operator",
    call: async (member) => {
      const call = world.clients.http(member).deadLetters.requeue.mutate({ runId });
      return isOurs(member) ? orSays("RUN_NOT_DEAD_LETTERED", call) : call;
    },
  },
  "deadLetters.get": {
    needs: "viewer",
    call: (member) => {
      const call = world.clients.http(member).deadLetters.get.query({ runId });
      return isOurs(member) ? orSays("RUN_NOT_DEAD_LETTERED", call) : call;
    },
  },
  "deadLetters.requeueAll": {
    needs: "operator",
    call: (member) =>
      world.clients.http(member).deadLetters.requeueAll.mutate({ until: new Date().toISOString() }),
  },
  "deadLetters.drop": {
    needs: "admin",
    call: (member) => {
      const call = world.clients.http(member).deadLetters.drop.mutate({ runId });
      return isOurs(member) ? orSays("RUN_NOT_DEAD_LETTERED", call) : call;
    },
  },
  "plan.get": { needs: "viewer", call: (member) => world.clients.http(member).plan.get.query() },
  "connections.list": {
    needs: "viewer",
    call: (member) => world.clients.http(member).connections.list.query(),
  },
  "connections.instances": {
    needs: "viewer",
    call: (member) => world.clients.http(member).connections.instances.query({}),
  },
  // They are not set up here: who hears that was let through.
  "connections.tables": {
    needs: "operator",
    call: (member) =>
      orSays(
        "CONNECTIONS_NOT_SET_UP",
        world.clients.http(member).connections.tables.query({ instanceId: runId }),
      ),
  },
  "connections.sync": {
    needs: "operator",
    call: (member) =>
      orSays(
        "CONNECTIONS_NOT_SET_UP",
        world.clients.http(member).connections.sync.mutate({ connectionId: runId }),
      ),
  },
  "connections.start": {
    needs: "admin",
    call: (member) => {
      const redirectUri = "http://localhost:3000/connections/callback";
      return orSays(
        "CONNECTIONS_NOT_SET_UP",
        world.clients.http(member).connections.start.mutate({ redirectUri }),
      );
    },
  },
  "connections.finish": {
    needs: "admin",
    call: (member) => {
      const given = { state: "s", code: "c" };
      return orSays("CONNECTIONS_NOT_SET_UP", world.clients.http(member).connections.finish.mutate(given));
    },
  },
  "connections.remove": {
    needs: "admin",
    call: (member) =>
      orSays(
        "CONNECTIONS_NOT_SET_UP",
        world.clients.http(member).connections.remove.mutate({ connectionId: runId }),
      ),
  },
  "limits.get": { needs: "viewer", call: (member) => world.clients.http(member).limits.get.query() },
  "limits.update": {
    needs: "admin",
    call: async (member) => {
      const changed = await world.clients.http(member).limits.update.mutate({ maxRunning: 77 });
      expect(changed).toEqual({ maxRunning: 77, maxRunningPerUser: 10, retentionDays: 7 });
      return changed;
    },
  },
  "artifacts.createUpload": {
    needs: "operator",
    call: (member) =>
      world.clients
        .http(member)
        .artifacts.createUpload.mutate({ name: "a.csv", size: 3, contentType: "text/csv" }),
  },
  "artifacts.signedUrl": {
    needs: "viewer",
    call: (member) => world.clients.http(member).artifacts.signedUrl.query({ artifactId: file }),
  },
  "artifacts.signedUrls": {
    needs: "viewer",
    call: async (member) => {
      const { urls } = await world.clients.http(member).artifacts.signedUrls.query({ artifactIds: [file] });
      expect(Object.keys(urls)).toEqual(isOurs(member) ? [file] : []);
      return urls;
    },
  },
  "me.get": { needs: "token", call: (member) => world.clients.http(member).me.get.query() },
  "me.update": {
    needs: "token",
    call: (member) => world.clients.http(member).me.update.mutate({ notificationChannel: "EMAIL" }),
  },
  // Nobody is invited: who hears that was let through, and learned nothing of the organisation.
  "me.accept": {
    needs: "token",
    call: (member) =>
      orSays(
        "INVITATION_NOT_FOUND",
        world.clients.http(member).me.accept.mutate({ organisationId: world.ours.id }),
      ),
  },
  "me.decline": {
    needs: "token",
    call: (member) =>
      orSays(
        "INVITATION_NOT_FOUND",
        world.clients.http(member).me.decline.mutate({ organisationId: world.ours.id }),
      ),
  },
  "me.choose": {
    needs: "token",
    call: (member) => world.clients.http(member).me.choose.mutate({ organisationId: world.ours.id }),
  },
  "members.invitations": {
    needs: "admin",
    call: (member) => world.clients.http(member).members.invitations.query(),
  },
  "members.invite": {
    needs: "admin",
    call: (member) =>
      world.clients.http(member).members.invite.mutate({ email: "ada@example.test", role: "viewer" }),
  },
  "members.mailAgain": {
    needs: "admin",
    call: (member) =>
      orSays(
        "INVITATION_NOT_FOUND",
        world.clients.http(member).members.mailAgain.mutate({ email: "nobody@example.test" }),
      ),
  },
  "members.withdraw": {
    needs: "admin",
    call: (member) => world.clients.http(member).members.withdraw.mutate({ email: "ada@example.test" }),
  },
  "members.list": { needs: "viewer", call: (member) => world.clients.http(member).members.list.query() },
  "members.setRole": {
    needs: "admin",
    call: (member) => {
      const userId = world.ours.viewer.id;
      return world.clients.http(member).members.setRole.mutate({ userId, role: "viewer" });
    },
  },
  "members.remove": {
    needs: "admin",
    call: async (member) => {
      // A person of ours that nobody will miss.
      const userId = crypto.randomUUID();
      await world.admin
        .sql`insert into auth.users (id, email) values (${userId}, ${`${userId}@example.test`})`;
      await world.admin.sql`insert into longhaul.memberships (organisation_id, user_id, role)
        values (${world.ours.id}, ${userId}, 'viewer')`;
      return world.clients.http(member).members.remove.mutate({ userId });
    },
  },
  "members.leave": {
    needs: "viewer",
    call: async (member) => {
      const answer = await orSays("LAST_OWNER", world.clients.http(member).members.leave.mutate());
      if (member === null) return answer;
      await world.admin.sql`insert into longhaul.memberships (organisation_id, user_id, role)
        values (${member.organisationId}, ${member.id}, ${member.role}) on conflict do nothing`;
      await world.admin.sql`update longhaul.profiles set active_organisation_id = ${member.organisationId}
        where user_id = ${member.id}`;
      return answer;
    },
  },
  ...queries.calls,
  ...told.calls,
  "runs.get": { needs: "viewer", call: (member) => world.clients.http(member).runs.get.query({ runId }) },
  "runs.list": { needs: "viewer", call: (member) => world.clients.http(member).runs.list.query({}) },
  "runs.events": {
    needs: "viewer",
    call: (member) => world.clients.http(member).runs.events.query({ runId }),
  },
  "runs.watch": { needs: "viewer", call: (member) => firstOf(watch(socketOf(member), runId)) },
  "runs.watchList": { needs: "viewer", call: listed },
  "runs.cancel": {
    needs: "operator",
    call: async (member) => {
      const own = member && world.ours.id === member.organisationId;
      const target = own && roleAtLeast(member.role, "operator") ? await world.start(member) : runId;
      return world.clients.http(member).runs.cancel.mutate({ runId: target });
    },
  },
  "runs.count": { needs: "viewer", call: (member) => world.clients.http(member).runs.count.query({}) },
  "runs.ofKey": {
    needs: "viewer",
    call: (member) =>
      world.clients.http(member).runs.ofKey.query({ idempotencyKey: "of ours", workflows: ["data-import"] }),
  },
  "runs.pin": {
    needs: "operator",
    call: (member) => world.clients.http(member).runs.pin.mutate({ runId, pinned: true }),
  },
  "runs.retry": {
    needs: "operator",
    call: async (member) => world.clients.http(member).runs.retry.mutate({ runId: await endedRun(member) }),
  },
  "runs.rerun": {
    needs: "operator",
    call: (member) => world.clients.http(member).runs.rerun.mutate({ runId }),
  },
  "runs.rerunFrom": {
    needs: "operator",
    call: (member) => {
      const call = world.clients.http(member).runs.rerunFrom.mutate({ runId, step: "ProcessData" });
      return isOurs(member) ? orSays("STEP_NOT_REACHED", call) : call;
    },
  },
  "workflows.list": { needs: "token", call: (member) => world.clients.http(member).workflows.list.query() },
  "workflows.get": {
    needs: "token",
    call: (member) => world.clients.http(member).workflows.get.query({ workflow: "data-import" }),
  },
  "workflows.definition": {
    needs: "token",
    call: (member) => world.clients.http(member).workflows.definition.query({ hash: "0".repeat(64) }),
  },
  "workflows.dataImport.start": {
    needs: "operator",
    call: (member) =>
      world.clients.http(member).workflows.dataImport.start.mutate({ input: { file, name: "March" } }),
  },
  "workflows.dataImport.watch": {
    needs: "viewer",
    call: (member) =>
      firstData<{ data: unknown }>((on) =>
        socketOf(member).workflows.dataImport.watch.subscribe({ runId }, on),
      ),
  },
};
const names = Object.keys(calls);
/** Every workflow has the same two procedures: those of data-import stand for all of them. */
const isOfAnotherWorkflow = (name: string) => /^workflows\.(?!dataImport)\w+\.(start|watch)$/.test(name);

const socketOf = (member: Member | null) => world.clients.ws(member?.token ?? "");

/** What a subscription says first. */
function firstData<Data>(
  subscribe: (on: { onData(data: Data): void; onError(error: unknown): void }) => { unsubscribe(): void },
): Promise<Data> {
  return new Promise((resolve, reject) => {
    const subscription = subscribe({
      onData(data) {
        subscription.unsubscribe();
        resolve(data);
      },
      onError: reject,
    });
  });
}

async function firstOf(watched: ReturnType<typeof watch>): Promise<unknown> {
  await watched.open;
  watched.stop();
  return watched.updates[0];
}

async function listed(member: Member | null): Promise<unknown> {
  const list = watchList(socketOf(member));
  await list.shows(() => true);
  list.stop();
  return list.shown();
}

async function answerOf(name: string, member: Member | null): Promise<{ ok: unknown } | { refused: string }> {
  try {
    return { ok: await calls[name]!.call(member) };
  } catch (error) {
    return { refused: (error as { data?: { errorCode?: string } }).data?.errorCode ?? String(error) };
  }
}

test("this table has every procedure of the API", () => {
  const all = procedureNames().filter((name) => !isOfAnotherWorkflow(name));
  expect(names.toSorted()).toEqual(all.toSorted());
});

describe("without a token", () => {
  test.each(names)("%s", async (name) => {
    expect(await answerOf(name, null)).toEqual({ refused: "SIGNED_OUT" });
  });
});

describe.each(roles)("as %s of the organisation", (role) => {
  test.each(names)("%s", async (name) => {
    const { needs, otherwise = "ROLE_TOO_LOW" } = calls[name]!;
    const answer = await answerOf(name, world.ours[role]);
    if (needs === "token" || roleAtLeast(role, needs)) expect(answer).toHaveProperty("ok");
    else expect(answer).toEqual({ refused: otherwise });
  });
});

describe.each(roles)("as %s of another organisation", (role) => {
  // What a stranger may do is to ask about the catalogue and themselves, and to see nothing of ours.
  const harmless: Record<string, unknown> = {
    "approvals.list": { approvals: [], nextCursor: null },
    "artifacts.signedUrls": {},
    "approvals.watch": { approvals: [], nextCursor: null },
    "deadLetters.list": { runs: [], nextCursor: null },
    "twins.list": [],
    "campaigns.list": [],
    "runs.ofKey": null,
    ...queries.harmless,
    ...told.harmless,
    "runs.count": { count: 0, capped: false },
    "runs.list": { runs: [], nextCursor: null },
    "runs.watchList": [],
  };
  const unlessViewer = (code: string) => (role === "viewer" ? "ROLE_TOO_LOW" : code);
  const refusals: Record<string, string> = {
    ...queries.refusals(unlessViewer),
    ...told.refusals(role),
    "approvals.get": "APPROVAL_NOT_FOUND",
    "approvals.decide": "APPROVAL_NOT_FOUND",
    "deadLetters.get": "RUN_NOT_DEAD_LETTERED",
    "me.choose": "ORGANISATION_NOT_FOUND",
    "members.setRole": roleAtLeast(role, "admin") ? "MEMBER_NOT_FOUND" : "ROLE_TOO_LOW",
    "members.remove": roleAtLeast(role, "admin") ? "MEMBER_NOT_FOUND" : "ROLE_TOO_LOW",
    "deadLetters.requeue": unlessViewer("RUN_NOT_DEAD_LETTERED"),
    "deadLetters.drop": roleAtLeast(role, "admin") ? "RUN_NOT_DEAD_LETTERED" : "ROLE_TOO_LOW",
    "runs.pin": unlessViewer("RUN_NOT_FOUND"),
    "runs.retry": unlessViewer("RUN_NOT_FOUND"),
    "runs.rerun": unlessViewer("RUN_NOT_FOUND"),
    "runs.rerunFrom": unlessViewer("RUN_NOT_FOUND"),
    "artifacts.signedUrl": "ARTIFACT_NOT_FOUND",
    "runs.get": "RUN_NOT_FOUND",
    "runs.events": "RUN_NOT_FOUND",
    "runs.watch": "RUN_NOT_FOUND",
    "runs.cancel": unlessViewer("RUN_NOT_FOUND"),
    "campaigns.start": unlessViewer("INPUT_INVALID"),
    "company.finish": unlessViewer("INPUT_INVALID"),
    "workflows.dataImport.start": unlessViewer("INPUT_INVALID"),
    "workflows.dataImport.watch": "RUN_NOT_FOUND",
  };

  test.each(names)("%s", async (name) => {
    const answer = await answerOf(name, world.theirs[role]);
    if (refusals[name]) return void expect(answer).toEqual({ refused: refusals[name] });
    if (name in harmless) return void expect(answer).toEqual({ ok: harmless[name] });
    const secrets = [runId, file, approvalId, world.ours.id, "Secret"];
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(secrets.join("|")));
  });
});

test("a watched list of one organisation never moves for what happens in the other", async () => {
  const list = watchList(socketOf(world.theirs.viewer));
  await list.shows(() => true);
  await world.append(runId, 3);
  const theirs = await world.start(world.theirs.operator);
  await list.shows((runs) => runs.some(({ id }) => id === theirs));
  expect(list.messages.flatMap(({ ids }) => ids)).not.toContain(runId);
  list.stop();
});

test("a token that names an organisation its bearer is not in opens nothing", async () => {
  const { viewer } = world.theirs;
  const [row] = await world.admin.sql<
    { sub: string }[]
  >`select id::text as sub from auth.users where id = ${viewer.id}`;
  // The claim only selects: someone who left an organisation still has it in the token for a while.
  await world.admin.sql`insert into longhaul.memberships (organisation_id, user_id, role)
    values (${world.ours.id}, ${row!.sub}, 'operator')`;
  await world.admin
    .sql`update longhaul.profiles set active_organisation_id = ${world.ours.id} where user_id = ${row!.sub}`;
  const token = await world.signIn(viewer);
  const both = { ...viewer, token };
  expect(await answerOf("runs.get", both)).toHaveProperty("ok");
  await world.admin
    .sql`delete from longhaul.memberships where organisation_id = ${world.ours.id} and user_id = ${row!.sub}`;
  for (const name of names.filter((name) => calls[name]!.needs !== "token")) {
    expect(await answerOf(name, both)).toEqual({ refused: "NOT_A_MEMBER" });
  }
});

test("a role that was lowered counts at once, whatever the token says", async () => {
  const { operator } = world.theirs;
  await world.admin.sql`update longhaul.memberships set role = 'viewer' where user_id = ${operator.id}`;
  expect(await answerOf("artifacts.createUpload", operator)).toEqual({ refused: "ROLE_TOO_LOW" });
  await world.admin.sql`update longhaul.memberships set role = 'operator' where user_id = ${operator.id}`;
});

test("the caller in the process has the same walls", async () => {
  const stranger = await world.as(world.theirs.owner);
  await expect(stranger.runs.get({ runId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect((await world.as(null)).runs.list({})).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  expect((await (await world.as(world.ours.viewer)).runs.get({ runId })).run.id).toBe(runId);
});
