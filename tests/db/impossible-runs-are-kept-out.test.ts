import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const error = '{"code": "NO", "message": "No."}';

/** What no code may do to a queued run, and the constraint that says so, even to the tables' owner. */
const impossible: [what: string, change: string, constraint: string][] = [
  ["an unknown status", "status = 'paused'", "runs_status_known"],
  [
    "success without an output",
    "status = 'succeeded', started_at = now(), finished_at = now()",
    "runs_output_if_succeeded",
  ],
  ["an output before success", "output = '1'", "runs_output_if_succeeded"],
  ["failure without an error", "status = 'failed', finished_at = now()", "runs_error_if_failed"],
  ["an error while queued", `error = '${error}'`, "runs_error_if_failed"],
  [
    "an error without a message",
    `status = 'failed', finished_at = now(), error = '{"code": "NO"}'`,
    "runs_error_form",
  ],
  ["an end without a time", "status = 'cancelled'", "runs_finished_if_final"],
  [
    "a time of end while running",
    "status = 'running', started_at = now(), finished_at = now()",
    "runs_finished_if_final",
  ],
  ["running without a start", "status = 'running'", "runs_started_if_running"],
  ["a start while queued", "started_at = now()", "runs_not_started_if_queued"],
  ["cancelling that nobody asked for", "status = 'cancelling'", "runs_cancelling_was_asked"],
  ["waiting for nothing", "status = 'waiting', started_at = now()", "runs_waiting_for_something"],
  [
    "a reason to wait while running",
    "status = 'running', started_at = now(), status_reason = 'x'",
    "runs_reason_while_waiting",
  ],
  [
    "an end before the start",
    `status = 'failed', error = '${error}', finished_at = created_at - interval '1 s'`,
    "runs_times_in_order",
  ],
];

test.each(impossible)("a run cannot have %s", async (_, change, constraint) => {
  const runId = await startRun(world.api, world.ours);
  const update = world.admin.sql.unsafe(
    `update longhaul.runs set ${change.replaceAll("now()", "clock_timestamp()")} where id = '${runId}'`,
  );
  await expect(update).rejects.toMatchObject({ code: "23514", constraint_name: constraint });
});

test.each([
  [
    "a checkpoint without an output",
    "status = 'succeeded', finished_at = now(), lease_owner = null, lease_expires_at = null",
    "run_steps_output_if_succeeded",
  ],
  ["a running step without a lease", "lease_owner = null", "run_steps_lease_if_running"],
  [
    "a failed step without an error",
    "status = 'failed', finished_at = now(), lease_owner = null, lease_expires_at = null",
    "run_steps_error_unless_succeeded",
  ],
])("a step cannot be %s", async (_, change, constraint) => {
  const runId = await startRun(world.api, world.ours);
  await world.store.lease({
    run: runId,
    attempt: 1,
    state: "ReadFile",
    itemPath: "",
    visit: 0,
    stage: "read",
    input: {},
    owner: "w",
    leaseSeconds: 10,
  });
  await expect(
    world.admin.sql.unsafe(`update longhaul.run_steps set ${change} where run_id = '${runId}'`),
  ).rejects.toMatchObject({ code: "23514", constraint_name: constraint });
});

test("an event of an unknown type does not enter the log", async () => {
  const runId = await startRun(world.api, world.ours);
  await expect(
    world.dispatcher.sql`select longhaul.append_events(${runId}, '[{"type":"run.exploded"}]')`,
  ).rejects.toMatchObject({ constraint_name: "run_events_type_known" });
});
