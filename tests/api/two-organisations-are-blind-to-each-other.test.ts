import { procedureNames } from "@longhaul/api";
import { roleAtLeast, roles } from "@longhaul/kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiWorld, type Member, openApiWorld, type Role } from "./api-world.js";
import { watch, watchList } from "./watching.js";

let world: ApiWorld;
let file: string;
let runId: string;
beforeAll(async () => {
  world = await openApiWorld();
  world.steps.hold("ProcessData");
  file = await world.upload(world.ours.operator);
  runId = await world.start(world.ours.operator, "Secret of ours");
});
afterAll(() => world[Symbol.asyncDispose]());

/** Every procedure, called on what belongs to "ours". What it answers, or the code of its refusal. */
const calls: Record<string, { needs: Role | "token"; call: (member: Member | null) => Promise<unknown> }> = {
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
  "me.get": { needs: "token", call: (member) => world.clients.http(member).me.get.query() },
  "me.update": {
    needs: "token",
    call: (member) => world.clients.http(member).me.update.mutate({ notificationChannel: "EMAIL" }),
  },
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
  "workflows.list": { needs: "token", call: (member) => world.clients.http(member).workflows.list.query() },
  "workflows.get": {
    needs: "token",
    call: (member) => world.clients.http(member).workflows.get.query({ workflow: "data-import" }),
  },
  "workflows.dataImport.start": {
    needs: "operator",
    call: (member) =>
      world.clients.http(member).workflows.dataImport.start.mutate({ input: { file, name: "March" } }),
  },
  "workflows.dataImport.watch": {
    needs: "viewer",
    call: (member) =>
      new Promise((resolve, reject) => {
        const subscription = socketOf(member).workflows.dataImport.watch.subscribe(
          { runId },
          {
            onData: ({ data }) => {
              subscription.unsubscribe();
              resolve(data);
            },
            onError: reject,
          },
        );
      }),
  },
};
const names = Object.keys(calls);

const socketOf = (member: Member | null) => world.clients.ws(member?.token ?? "");

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
  expect(names.toSorted()).toEqual(procedureNames().toSorted());
});

describe("without a token", () => {
  test.each(names)("%s", async (name) => {
    expect(await answerOf(name, null)).toEqual({ refused: "SIGNED_OUT" });
  });
});

describe.each(roles)("as %s of the organisation", (role) => {
  test.each(names)("%s", async (name) => {
    const { needs } = calls[name]!;
    const answer = await answerOf(name, world.ours[role]);
    if (needs === "token" || roleAtLeast(role, needs)) expect(answer).toHaveProperty("ok");
    else expect(answer).toEqual({ refused: "ROLE_TOO_LOW" });
  });
});

describe.each(roles)("as %s of another organisation", (role) => {
  // What a stranger may do is to ask about the catalogue and themselves, and to see nothing of ours.
  const harmless: Record<string, unknown> = {
    "runs.list": { runs: [], nextCursor: null },
    "runs.watchList": [],
  };
  const refusals: Record<string, string> = {
    "artifacts.signedUrl": "ARTIFACT_NOT_FOUND",
    "runs.get": "RUN_NOT_FOUND",
    "runs.events": "RUN_NOT_FOUND",
    "runs.watch": "RUN_NOT_FOUND",
    "runs.cancel": role === "viewer" ? "ROLE_TOO_LOW" : "RUN_NOT_FOUND",
    "workflows.dataImport.start": role === "viewer" ? "ROLE_TOO_LOW" : "INPUT_INVALID",
    "workflows.dataImport.watch": "RUN_NOT_FOUND",
  };

  test.each(names)("%s", async (name) => {
    const answer = await answerOf(name, world.theirs[role]);
    if (refusals[name]) return void expect(answer).toEqual({ refused: refusals[name] });
    if (name in harmless) return void expect(answer).toEqual({ ok: harmless[name] });
    expect(JSON.stringify(answer)).not.toMatch(new RegExp([runId, file, world.ours.id, "Secret"].join("|")));
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
