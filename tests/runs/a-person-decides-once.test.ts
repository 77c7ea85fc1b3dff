import {
  approvalTask,
  cancelRun,
  closeRun,
  decideApproval,
  dispatchQueued,
  reconcile,
  rerunFrom,
  retryRun,
} from "@longhaul/runs";
import { FatalError } from "@longhaul/kit/step";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type LivesWorld, openLivesWorld } from "./lives-world.js";
import { importResult } from "./scripted-steps.js";

let world: LivesWorld;
beforeAll(async () => {
  world = await openLivesWorld();
});
beforeEach(() => world.reset());
afterAll(() => world[Symbol.asyncDispose]());

const operator = () => world.caller(world.ours);
const isWaiting = ({ status }: { status: string }) => status === "waiting";

async function waiting() {
  const runId = await world.go({}, world.asking);
  const run = await world.until(runId, isWaiting);
  const [approval] = await world.approvalsOf(runId);
  return { runId, run, approval: approval! };
}
const decide = (approvalId: string, publish: unknown = true, deps = world.deps) =>
  decideApproval(deps, operator(), { approvalId, decision: { publish } });

test("a run that only waits for a person says for what, and goes on with the decision", async () => {
  const { runId, run, approval } = await waiting();
  expect(run).toMatchObject({ waitingFor: "An operator has to approve: Publish the readings?" });
  expect(approval).toMatchObject({
    status: "open",
    state: "Approve",
    role: "operator",
    details: { rows: 2 },
  });
  expect(approval.form).toMatchObject({ properties: { publish: { type: "boolean" } } });

  const answer = await decide(approval.id);
  expect(answer).toMatchObject({
    decision: { publish: true },
    decidedBy: { id: world.ours.people.operator.userId },
    byDefault: false,
  });
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded" });
  expect(await world.types(runId)).toEqual([
    ...["run.queued", "run.started", "step.started", "step.succeeded"],
    ...["approval.requested", "run.waiting", "approval.decided", "run.started"],
    ...["step.started", "step.succeeded", "run.succeeded"],
  ]);
  expect((await world.stepsOf(runId)).map(({ step, status }) => `${step} ${status}`)).toEqual([
    "ProcessData succeeded",
    "Approve succeeded",
    "SendNotification succeeded",
  ]);
});

test("of twenty clicks at the same moment one decides, and the others hear who has", async () => {
  const { runId, approval } = await waiting();
  const clicks = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => decide(approval.id, index % 2 === 0)),
  );
  const decided = clicks.filter((click) => click.status === "fulfilled");
  expect(decided).toHaveLength(1);
  for (const click of clicks) {
    if (click.status === "rejected") expect(click.reason).toMatchObject({ code: "APPROVAL_DECIDED" });
  }
  await world.ended(runId);
  expect((await world.types(runId)).filter((type) => type === "approval.decided")).toHaveLength(1);
  const [approval2] = await world.approvalsOf(runId);
  expect(approval2).toMatchObject({ status: "decided", decision: decided[0]!.value.decision });
});

test("who may not decide, and what does not fit the form, is refused", async () => {
  const { runId, approval } = await waiting();
  const decision = { publish: true };
  const by = (who: ReturnType<typeof operator>, what: unknown = decision) =>
    decideApproval(world.deps, who, { approvalId: approval.id, decision: what });
  await expect(by(world.caller(world.ours, "viewer"))).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(by(world.caller(world.theirs))).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
  for (const wrong of [{ publish: "yes" }, {}, { publish: true, more: 1 }, null, "true"]) {
    await expect(by(operator(), wrong), JSON.stringify(wrong)).rejects.toMatchObject({
      code: "DECISION_INVALID",
    });
  }
  expect(await world.run(runId)).toMatchObject({ status: "waiting" });
  await world.admin.sql`update longhaul.approvals set role = 'admin' where id = ${approval.id}`;
  await expect(by(operator())).rejects.toMatchObject({ code: "FORBIDDEN" });
  await by(world.caller(world.ours, "admin"));
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded" });
});

test("a decision that Step Functions did not hear is told by the reconciler, once", async () => {
  const { runId, approval } = await waiting();
  await decide(approval.id, true, { ...world.deps, sfn: world.unreachable });
  expect(await world.run(runId)).toMatchObject({ status: "running" });
  await world.admin
    .sql`update longhaul.approvals set decided_at = decided_at - interval '2 minutes' where id = ${approval.id}`;
  expect(await reconcile(world.deps)).toMatchObject({ delivered: 1 });
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded" });
  expect(await world.types(runId)).toContain("run.repaired");
  expect(await reconcile(world.deps)).toMatchObject({ delivered: 0 });
});

test("at the deadline the default is entered, unless a person was faster", async () => {
  const late = await waiting();
  const payload = {
    ...{ run: late.runId, attempt: 1, correlationId: "c", state: "Approve", itemPath: "", visit: 0 },
    ...{ expire: true, default: { publish: false } },
  };
  const answers = await Promise.all([1, 2, 3].map(() => approvalTask(world.deps, payload)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ decision: { publish: false }, decidedBy: null, byDefault: true });
  await expect(decide(late.approval.id)).rejects.toMatchObject({ code: "APPROVAL_EXPIRED" });
  expect(await world.run(late.runId)).toMatchObject({ status: "running" });

  const inTime = await waiting();
  const [decided, expired] = await Promise.all([
    decide(inTime.approval.id),
    approvalTask(world.deps, { ...payload, run: inTime.runId }).catch((error: unknown) => error),
  ]).catch(async () => [null, await approvalTask(world.deps, { ...payload, run: inTime.runId })]);
  if (decided) expect(expired).toEqual(decided);
  else expect(expired).toMatchObject({ byDefault: true });
});

test("after the deadline nobody decides, however late the default is entered", async () => {
  const { approval } = await waiting();
  await world.admin.sql`
    update longhaul.approvals set deadline = clock_timestamp() - interval '1 second' where id = ${approval.id}`;
  await expect(decide(approval.id)).rejects.toMatchObject({ code: "APPROVAL_EXPIRED" });
});

test("what was approved for one input is asked again for another", async () => {
  const { runId, approval } = await waiting();
  await decide(approval.id);
  const { input } = await world.ended(runId);
  const { runId: other } = await rerunFrom(world.asking, operator(), {
    ...{ runId, step: "SendNotification", correlationId: "c-2", capabilities: new Set<"SIMULATION">() },
    input: { ...(input as object), maxRejectedShare: 0.9 },
  });
  await dispatchQueued(world.asking);
  await world.until(other, isWaiting);
  const [asked] = await world.approvalsOf(other);
  await decide(asked!.id);
  expect(await world.ended(other)).toMatchObject({ status: "succeeded" });
  expect(world.calls("ProcessData")).toBe(1);
});

test("a retry, and a run from a later step on, ask nobody again", async () => {
  world.handle("SendNotification", async () => {
    throw new FatalError("On purpose.");
  });
  const { runId, approval } = await waiting();
  await decide(approval.id);
  await world.ended(runId);
  world.handle("SendNotification", async () => ({ status: "sent", channel: "SMS", recipient: "x" }));
  await retryRun(world.deps, operator(), { runId });
  await dispatchQueued(world.asking);
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 2 });

  const again = { correlationId: "c-2", capabilities: new Set<"SIMULATION">() };
  const { runId: other } = await rerunFrom(world.asking, operator(), {
    runId,
    step: "SendNotification",
    ...again,
  });
  await dispatchQueued(world.asking);
  expect(await world.ended(other)).toMatchObject({ status: "succeeded" });
  for (const id of [runId, other]) {
    expect((await world.types(id)).filter((type) => type === "approval.requested")).toHaveLength(
      id === runId ? 1 : 0,
    );
  }
});

test("a retry asks anew where nobody had decided and nothing was decided by default", async () => {
  const { runId } = await waiting();
  const payload = { run: runId, attempt: 1, correlationId: "c", state: "Approve", itemPath: "", visit: 0 };
  const expired = await approvalTask(world.deps, { ...payload, expire: true, default: null });
  expect(expired).toMatchObject({ decision: null, byDefault: true });
  // As the machine's own way at the deadline may end it.
  await closeRun(world.deps, {
    executionArn: (await world.attempt(runId)).executionArn,
    ...{ name: `${runId}-1`, status: "FAILED", error: "NOBODY_CAME", cause: "Nobody has decided." },
  });
  expect(await world.run(runId)).toMatchObject({ status: "failed" });
  await retryRun(world.deps, operator(), { runId });
  await dispatchQueued(world.asking);
  await world.until(runId, isWaiting);
  const [asked, ...more] = await world.approvalsOf(runId);
  expect(more).toEqual([]);
  expect(asked).toMatchObject({ status: "open", decision: null, decidedAt: null });
  await decide(asked!.id);
  expect(await world.ended(runId)).toMatchObject({ status: "succeeded", attempt: 2 });

  // Nor does a run from a later step on take over that nobody had decided.
  const again = { correlationId: "c-2", capabilities: new Set<"SIMULATION">() };
  await world.admin.sql`
    update longhaul.run_steps set output = output || '{"decision": null, "byDefault": true}'
    where run_id = ${runId} and step = 'Approve'`;
  const request = { runId, step: "SendNotification", ...again };
  const { runId: other } = await rerunFrom(world.asking, operator(), request);
  await dispatchQueued(world.asking);
  await world.until(other, isWaiting);
});

test("what was approved is asked again when the output of a failed step before it is given", async () => {
  const { runId, approval } = await waiting();
  await decide(approval.id);
  await world.ended(runId);
  // As where a machine catches the failure of a step and asks a person.
  await world.admin.sql`
    update longhaul.run_steps set status = 'failed', output = null, error = '{"code": "X", "message": "x"}'
    where run_id = ${runId} and step = 'ProcessData'`;
  const { runId: other } = await rerunFrom(world.asking, operator(), {
    ...{ runId, step: "SendNotification", correlationId: "c-2", capabilities: new Set<"SIMULATION">() },
    outputs: { ProcessData: { ...importResult, profileArtifactId: await world.upload() } },
  });
  await dispatchQueued(world.asking);
  await world.until(other, isWaiting);
});

test("the slot of a run that waits for a person goes to the next at once", async () => {
  const { theirs } = world;
  await world.setLimits(1, 1, theirs);
  let goOn = () => {};
  const dispatched = new Promise<void>((resolve) => (goOn = resolve));
  world.handle("ProcessData", () => dispatched.then(() => importResult));
  const asking = await world.start({}, theirs);
  const next = await world.start({}, theirs);
  await dispatchQueued(world.asking);
  expect(await world.run(next, theirs)).toMatchObject({ status: "queued" });
  goOn();
  await expect.poll(() => world.run(asking, theirs)).toMatchObject({ status: "waiting" });
  await expect.poll(async () => (await world.run(next, theirs)).status).not.toBe("queued");
});

test("a run that is cancelled while it waits takes its question back", async () => {
  await world.admin.sql`update longhaul.definitions set compensations = '{}', undo_template = null`;
  const { runId, approval } = await waiting();
  await cancelRun(world.deps, operator(), { runId });
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  await expect(decide(approval.id)).rejects.toMatchObject({ code: "RUN_ENDED" });
  expect(await world.approvalsOf(runId)).toMatchObject([{ status: "cancelled" }]);
});
