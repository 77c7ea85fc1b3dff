import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ApiWorld, openApiWorld } from "./api-world.js";
import { waitForLocks } from "../support/locks.js";
import { manualClock, manualDoorbell } from "./manual-parts.js";
import { numbersTo, watch, watchList } from "./watching.js";

// The clock stands still and the doorbell is silent unless a test moves the one or rings the other.
// It stands on a whole second, as the ends of tokens do.
const clock = manualClock(Math.floor(Date.now() / 1000) * 1000);
const doorbell = manualDoorbell();
let world: ApiWorld;
let runId: string;
beforeAll(async () => {
  world = await openApiWorld({ clock, doorbell });
});
beforeEach(async () => {
  world.steps.reset();
  world.steps.hold("ProcessData");
  runId = await world.start(world.ours.operator);
  await world.underWay(runId);
});
afterAll(() => world[Symbol.asyncDispose]());

const seqs = (watched: ReturnType<typeof watch>) => watched.events.map(({ seq }) => seq);
const ring = (seq: number, over: { org?: string; run?: string } = {}) =>
  doorbell.ring([{ org: world.ours.id, run: runId, seq, ...over }]);

test("a lost doorbell, even the last one, is made up for by the check every ten seconds", async () => {
  const watched = watch(world.clients.ws(world.ours.viewer.token), runId);
  const streamed = watch(world.clients.sse(world.ours.operator), runId);
  await Promise.all([watched.open, streamed.open]);
  await world.append(runId, 3);
  await world.end(runId);
  clock.move(9_999);
  expect(seqs(watched)).toEqual([1, 2]);
  clock.move(1);
  await Promise.all([watched.done, streamed.done]);
  expect(seqs(watched)).toEqual(numbersTo(6));
  expect(seqs(streamed)).toEqual(numbersTo(6));
});

test("a feed that comes back looks at everything it may have missed", async () => {
  const watched = watch(world.clients.ws(world.ours.viewer.token), runId);
  await watched.open;
  await world.append(runId, 3);
  doorbell.open();
  await watched.reaches(5);
  expect(seqs(watched)).toEqual(numbersTo(5));
  watched.stop();
});

test("rings that are doubled, late, early or somebody else's change nothing", async () => {
  const watched = watch(world.clients.ws(world.ours.viewer.token), runId);
  await watched.open;
  ring(1_000);
  ring(9, { run: randomUUID() });
  ring(9, { org: world.theirs.id });
  ring(2);
  await world.append(runId, 2);
  ring(4);
  ring(4);
  ring(3);
  await watched.reaches(4);
  ring(2_000);
  await world.append(runId, 1);
  ring(5);
  await watched.reaches(5);
  expect(seqs(watched)).toEqual(numbersTo(5));
  expect(watched.updates.slice(1).every(({ events }) => events.length > 0)).toBe(true);
  watched.stop();
});

test("a list is read again when its organisation rings, and by the check when nobody does", async () => {
  const list = watchList(world.clients.ws(world.ours.viewer.token), { statuses: ["running"] });
  await list.shows((runs) => runs.some(({ id }) => id === runId));
  await world.append(runId, 1);
  ring(3);
  await list.shows((runs) => runs.some(({ id, lastSeq }) => id === runId && lastSeq === 3));
  expect(list.messages.at(-1)!.runs.map(({ id }) => id)).toEqual([runId]);
  await world.end(runId);
  clock.move(10_000);
  await list.shows((runs) => runs.every(({ id }) => id !== runId));
  list.stop();
});

test("many rings are one read of a list", async () => {
  const list = watchList(world.clients.ws(world.ours.viewer.token));
  await list.shows(() => true);
  clock.move(300);
  const before = list.messages.length;
  for (let seq = 3; seq <= 12; seq += 1) {
    await world.append(runId, 1);
    ring(seq);
  }
  await list.shows((runs) => (runs[0]?.lastSeq ?? 0) > 2);
  clock.move(300);
  await list.shows((runs) => runs[0]?.lastSeq === 12);
  expect(list.messages.length - before).toBeLessThanOrEqual(2);
  list.stop();
});

test("the inbox of approvals is told what is asked and what is settled, and nothing of other changes", async () => {
  const messages: string[][] = [];
  const client = world.clients.ws(world.ours.viewer.token);
  const inbox = client.approvals.watch.subscribe(undefined, {
    onData: ({ approvals }) => void messages.push(approvals.map(({ title }) => title)),
  });
  const theirs: unknown[] = [];
  const others = world.clients.ws(world.theirs.viewer.token).approvals.watch.subscribe(undefined, {
    onData: ({ approvals }) => void theirs.push(approvals),
  });
  await expect.poll(() => messages).toEqual([[]]);
  await world.append(runId, 1);
  ring(3);
  clock.move(300);
  await world.admin.sql`select longhaul.request_approval(
    ${runId}, 1, 'Approve', '', 0, null, 'May it go on?', 'operator', '{}', '{}', null, 'token')`;
  await expect
    .poll(() => {
      clock.move(300);
      ring(4);
      return messages;
    })
    .toEqual([[], ["May it go on?"]]);
  await world.end(runId);
  // A read that is under way may have begun before the end: it rests before the next one.
  await expect
    .poll(() => {
      clock.move(10_000);
      return messages;
    })
    .toEqual([[], ["May it go on?"], []]);
  expect(theirs).toEqual([[]]);
  inbox.unsubscribe();
  others.unsubscribe();
});

test("who is no member any more is shown out, and colleagues go on watching", async () => {
  const { admin } = world.ours;
  const leaving = watch(world.clients.ws(admin.token), runId);
  await leaving.open;
  const leavingList = watchList(world.clients.sse(admin));
  await leavingList.shows(() => true);
  const staying = watch(world.clients.ws(world.ours.viewer.token), runId);
  await staying.open;
  await world.admin.sql`delete from longhaul.memberships where user_id = ${admin.id}`;
  try {
    clock.move(10_000);
    await expect(leaving.done).rejects.toMatchObject({
      data: { errorCode: "NOT_A_MEMBER", httpStatus: 403 },
    });
    await expect(leavingList.done).rejects.toMatchObject({ data: { errorCode: "NOT_A_MEMBER" } });
    await world.append(runId, 1);
    ring(3);
    await staying.reaches(3);
    expect(seqs(leaving)).toEqual([1, 2]);
    await expect(watch(world.clients.ws(admin.token), runId).done).rejects.toMatchObject({
      data: { errorCode: "NOT_A_MEMBER" },
    });
  } finally {
    staying.stop();
    await world.admin.sql`insert into longhaul.memberships (organisation_id, user_id, role)
      values (${world.ours.id}, ${admin.id}, 'admin')`;
  }
});

test("a check that comes while one is under way is made up for as soon as that has ended", async () => {
  const { admin } = world.ours;
  const leaving = watch(world.clients.ws(admin.token), runId);
  await leaving.open;
  const membership = world.admin.sql`organisation_id = ${world.ours.id} and user_id = ${admin.id}`;
  await world.admin.sql.begin(async (tx) => {
    // Who is gone has been asked; how far the runs are waits for this lock.
    await tx`lock table longhaul.runs in access exclusive mode`;
    clock.move(10_000);
    await waitForLocks(world.admin);
    await world.admin.sql`delete from longhaul.memberships where ${membership}`;
    doorbell.open();
  });
  try {
    await expect(leaving.done).rejects.toMatchObject({ data: { errorCode: "NOT_A_MEMBER" } });
  } finally {
    await world.admin.sql`insert into longhaul.memberships (organisation_id, user_id, role)
      values (${world.ours.id}, ${admin.id}, 'admin')`;
  }
});

test("nothing is read for the others with the rights of one who has left", async () => {
  const { admin } = world.ours;
  const leaving = watch(world.clients.ws(admin.token), runId);
  await leaving.open;
  const staying = watch(world.clients.ws(world.ours.viewer.token), runId);
  await staying.open;
  await world.admin.sql`delete from longhaul.memberships where user_id = ${admin.id}`;
  try {
    await world.append(runId, 1);
    ring(3);
    await staying.reaches(3);
    await expect(leaving.done).rejects.toMatchObject({ data: { errorCode: "NOT_A_MEMBER" } });
    expect(seqs(leaving)).toEqual([1, 2]);
  } finally {
    staying.stop();
    await world.admin.sql`insert into longhaul.memberships (organisation_id, user_id, role)
      values (${world.ours.id}, ${admin.id}, 'admin')`;
  }
});

test("a database that is away for a while costs a watcher nothing", async () => {
  const watched = watch(world.clients.ws(world.ours.viewer.token), runId);
  await watched.open;
  await world.append(runId, 2);
  await world.admin.sql`revoke usage on schema longhaul from longhaul_api`;
  const logged = () => world.log.lines.some(({ msg }) => msg === "watched runs could not be read");
  ring(4);
  await expect.poll(logged).toBe(true);
  await world.admin.sql`grant usage on schema longhaul to longhaul_api`;
  clock.move(10_000);
  await watched.reaches(4);
  expect(seqs(watched)).toEqual(numbersTo(4));
  watched.stop();
});

// Moves the clock to the end of everybody's token, so it comes last.
test("at the end of its token a socket moves to a new one without a gap, and a stream is told", async () => {
  const first = await world.signIn(world.ours.viewer);
  const ends = expiry(first) * 1000;
  let second = first;
  while (expiry(second) * 1000 <= ends) second = await world.signIn(world.ours.viewer);
  const tokens = [first, second];
  let opened = 0;
  const client = world.clients.ws(() => tokens[Math.min(opened, 2) - 1] ?? first, {
    onOpen: () => void (opened += 1),
  });
  const watched = watch(client, runId);
  const streamed = watch(world.clients.sse({ token: first }), await world.start(world.ours.operator));
  await Promise.all([watched.open, streamed.open]);
  clock.move(ends - clock.now());
  await expect.poll(() => opened).toBe(2);
  await expect.poll(() => watched.updates.length).toBe(2);
  await world.append(runId, 3);
  await world.end(runId);
  ring(6);
  await watched.done;
  expect(seqs(watched)).toEqual(numbersTo(6));

  // A stream's address cannot change, so its client has to begin a new one.
  clock.move(15_000);
  await expect(streamed.done).rejects.toMatchObject({
    data: { errorCode: "TOKEN_EXPIRED", httpStatus: 401 },
  });
});

function expiry(token: string): number {
  return (JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as { exp: number }).exp;
}
