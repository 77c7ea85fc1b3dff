import { afterAll, beforeAll, expect, test } from "vitest";
import { leaseOf, openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.admin.sql`create table longhaul.notes_of_test (run_id uuid, text text)`;
  // As a migration makes them: they are its owner's.
  await world.admin.sql.unsafe(`
    alter table longhaul.notes_of_test owner to postgres;
    create function longhaul.for_step_note(p_run longhaul.runs, p_args jsonb) returns jsonb
    language plpgsql set search_path = '' as $$
    begin
      if p_args ->> 'text' = 'no' then
        perform longhaul.refuse('NOT_THIS', 'This cannot be noted.');
      end if;
      insert into longhaul.notes_of_test values (p_run.id, p_args ->> 'text');
      return to_jsonb(p_run.organisation_id);
    end $$;
    revoke execute on function longhaul.for_step_note(longhaul.runs, jsonb) from public;
    alter function longhaul.for_step_note(longhaul.runs, jsonb) owner to postgres`);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function held() {
  const run = await startRun(world.api, world.ours);
  const answer = await world.store.lease(leaseOf(run));
  if (answer.kind !== "acquired") throw new Error(`lease: ${JSON.stringify(answer)}`);
  return { key: leaseOf(run), fence: answer.fence };
}

const notesOf = (run: string) =>
  world.admin.sql`select text from longhaul.notes_of_test where run_id = ${run}`;

test("a step that is held calls a record function for its own run", async () => {
  const lease = await held();
  expect(await world.store.callRecord({ ...lease, name: "note", args: { text: "yes" } })).toEqual({
    kind: "answered",
    answer: world.ours.organisationId,
  });
  expect(await notesOf(lease.key.run)).toEqual([{ text: "yes" }]);
});

test("what the function refuses comes back with its code and sentence, and nothing is kept", async () => {
  const lease = await held();
  expect(await world.store.callRecord({ ...lease, name: "note", args: { text: "no" } })).toEqual({
    kind: "refused",
    code: "NOT_THIS",
    message: "This cannot be noted.",
  });
  expect(await notesOf(lease.key.run)).toEqual([]);
});

test("who has lost the lease calls nothing", async () => {
  const lease = await held();
  const write = { ...lease, fence: lease.fence + 1, name: "note", args: { text: "late" } };
  expect(await world.store.callRecord(write)).toEqual({ kind: "lost" });
  expect(await notesOf(lease.key.run)).toEqual([]);
});

test("no other function can be reached that way", async () => {
  const lease = await held();
  for (const name of ["unknown", "note(null,null)--", "NOTE", "../note"]) {
    expect(await world.store.callRecord({ ...lease, name, args: {} })).toMatchObject({
      kind: "refused",
      code: "RECORD_UNKNOWN",
    });
  }
  await expect(world.worker.sql`select longhaul.for_step_note(null, '{}')`).rejects.toThrow(
    "permission denied",
  );
});
