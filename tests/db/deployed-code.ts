import { randomUUID } from "node:crypto";
import {
  approvals,
  asCaller,
  asDispatcher,
  type Database,
  dispatch,
  lives,
  runs,
  stepStore,
  type Tx,
} from "@longhaul/db";
import type { LeaseAnswer, LeaseState } from "@longhaul/kit/runtime";
import { leaseOf, newRun } from "../support/database.js";
import type { Tenant } from "../support/tenants.js";

/** What a run needs of the database on its way, as one version of API, dispatcher and steps asks for it. */
export interface DeployedCode {
  start(name: string): Promise<string>;
  /** Takes what is due. @returns the runs. */
  take(): Promise<string[]>;
  noteSent(run: string, attempt: number): Promise<void>;
  lease(step: Step): Promise<LeaseAnswer>;
  say(step: Step, fence: number, fraction: number): Promise<LeaseState>;
  /** @returns whether the lease was held. */
  succeed(step: Step, fence: number): Promise<boolean>;
  fail(step: Step, fence: number): Promise<boolean>;
  /** Asks a person to approve. */
  ask(run: string): Promise<unknown>;
  /** Approves what was asked. */
  decide(run: string): Promise<unknown>;
  close(run: string, attempt: number, outcome: dispatch.Outcome): Promise<unknown>;
  cancel(run: string): Promise<unknown>;
  /** @returns the new attempt. */
  retry(run: string): Promise<number>;
}

export type Step = ReturnType<typeof stepOf>;

/** A step's invocation: "ReadFile" is all of the stage "read", and "TellPerson" of "tell". */
export function stepOf(run: string, state: "ReadFile" | "TellPerson", attempt = 1) {
  const stage = state === "ReadFile" ? "read" : "tell";
  return { ...leaseOf(run, { attempt, leaseSeconds: 600 }), state, stage };
}

interface Pools {
  readonly api: Database;
  readonly dispatcher: Database;
  readonly worker: Database;
}

const output = { rows: 3 };
const error = { code: "NO", message: "It did not work." };
const execution = (run: string, attempt: number) => ({
  ...{ executionArn: `arn:execution:${run}-${attempt}`, stateMachineArn: "arn:machine:1" },
});
const approvalOf = (run: string) => ({
  ...{ runId: run, attempt: 1, state: "Approve", itemPath: "", visit: 0, stage: "tell" },
  ...{
    title: "Publish?",
    role: "operator" as const,
    form: {},
    details: null,
    deadline: null,
    token: "token",
  },
});
const progress = (fraction: number) => ({ fraction, message: `${fraction} of it` });

/** The code of this checkout. */
export function todaysCode(
  { api, dispatcher, worker }: Pools,
  { organisationId, people }: Tenant,
): DeployedCode {
  const store = stepStore(worker);
  const asOperator = <T>(work: (tx: Tx) => Promise<T>) => asCaller(api, people.operator, work);
  return {
    start: async (name) =>
      (await runs.startAlone(api, people.operator, newRun(organisationId, { name }))).runId,
    take: async () =>
      (await dispatch.takeDue(dispatcher, { limit: 10, holdSeconds: 600 })).due.map(({ runId }) => runId),
    async noteSent(runId, attempt) {
      await dispatch.noteSent(dispatcher, { runId, attempt, ...execution(runId, attempt) });
    },
    lease: (step) => store.lease(step),
    say: (key, fence, fraction) =>
      store.append({
        ...{ key, fence },
        events: [{ type: "progress", at: new Date().toISOString(), ...progress(fraction) }],
      }),
    succeed: async (key, fence) => (await store.succeed({ key, fence, output, events: [] })).held,
    fail: async (key, fence) =>
      (await store.fail({ key, fence, error, willRetry: false, retryAt: null, events: [] })).held,
    ask: (run) => asDispatcher(dispatcher, (tx) => approvals.request(tx, approvalOf(run))),
    decide: (runId) =>
      asOperator(async (tx) => {
        const [open] = await approvals.ofRun(tx, { organisationId, runId });
        const decision = { publish: true };
        return approvals.decide(tx, { organisationId, approvalId: open!.id, decision });
      }),
    close: (run, attempt, outcome) =>
      dispatch.closeByExecution(dispatcher, {
        ...{ name: `${run}-${attempt}`, arn: execution(run, attempt).executionArn },
        ...{ workflow: "data-import", outcome },
      }),
    cancel: (runId) => asOperator((tx) => lives.requestCancel(tx, { organisationId, runId })),
    retry: async (runId) => (await asOperator((tx) => lives.retry(tx, { organisationId, runId }))).attempt,
  };
}

/**
 * The code that went with 20261122003900_records_of_steps, as it put its calls: what a process that nobody has replaced yet
 * goes on saying to a database that was migrated meanwhile. It is not brought up to date. Where one of its calls leaves the
 * contract, take the code of a later state instead, and that state.
 */
export function earlierCode(
  { api, dispatcher, worker }: Pools,
  { organisationId, people }: Tenant,
): DeployedCode {
  const asOperator = async <T>(work: (tx: Tx) => Promise<T>) => await asCaller(api, people.operator, work);
  const json = (value: unknown) => worker.sql`${JSON.stringify(value)}::text::jsonb`;
  const keyOf = (s: Step) => ({ run: s.run, step: s.state, itemPath: s.itemPath, visit: s.visit });
  const held = (s: Step, fence: number) =>
    worker.sql`${s.run}, ${s.state}, ${s.itemPath}, ${s.visit}, ${fence}`;
  return {
    async start(name) {
      const start = {
        ...{ organisation: organisationId, workflow: "data-import", name, priority: "normal", input: {} },
        stages: [
          { key: "read", label: "Reading", weight: 3, steps: 1 },
          { key: "tell", label: "Telling", weight: 1, steps: 1 },
        ],
        ...{ definitionHash: "0".repeat(64), correlationId: randomUUID(), idempotencyKey: null, tags: [] },
        ...{ notBefore: null, lane: "direct", rerunOf: null, rerunFrom: null },
      };
      const [row] = await asOperator(
        (tx) => tx`select * from longhaul.start_run(${json(start)}, ${[]}::uuid[])`,
      );
      return row!.run_id as string;
    },
    async take() {
      const due = await dispatcher.sql`select run_id as "runId" from longhaul.next_to_send(${10}, ${600})`;
      return due.map(({ runId }) => runId as string);
    },
    async noteSent(run, attempt) {
      const { executionArn, stateMachineArn } = execution(run, attempt);
      await dispatcher.sql`select run as "runId" from longhaul.mark_all_sent(
        ${[run]}::uuid[], ${[attempt]}::integer[], ${[executionArn]}::text[], ${[stateMachineArn]}::text[]) run`;
    },
    async lease(step) {
      const { attempt, stage, input, owner, leaseSeconds } = step;
      const asked = [{ ...keyOf(step), attempt, stage, input, owner, leaseSeconds }];
      const [row] = await worker.sql`select longhaul.lease_steps(${json(asked)}) as answers`;
      return (row!.answers as [LeaseAnswer])[0];
    },
    async say(step, fence, fraction) {
      const events = [{ type: "step.progress", data: progress(fraction) }];
      const [row] =
        await worker.sql`select longhaul.append_step_events(${held(step, fence)}, ${json(events)}) as answer`;
      return row!.answer as LeaseState;
    },
    async succeed(step, fence) {
      const written = [{ ...keyOf(step), fence, output, events: [] }];
      const [row] = await worker.sql`select longhaul.checkpoint_steps(${json(written)}) as answers`;
      return (row!.answers as [string | null])[0] !== null;
    },
    async fail(step, fence) {
      const [row] = await worker.sql`select longhaul.fail_step(
        ${held(step, fence)}, ${json(error)}, ${false}, ${null}::text::timestamptz, ${json([])}) as answer`;
      return row!.answer as boolean;
    },
    ask(run) {
      const a = approvalOf(run);
      return dispatcher.sql`select longhaul.request_approval(
        ${a.runId}, ${a.attempt}, ${a.state}, ${a.itemPath}, ${a.visit}, ${a.stage}, ${a.title}, ${a.role},
        ${json(a.form)}, ${json(a.details)}, ${a.deadline}::text::timestamptz, ${a.token}) as answer`;
    },
    decide: (run) =>
      asOperator(async (tx) => {
        const [open] = await tx`select id from longhaul.approvals where run_id = ${run} and status = 'open'`;
        const decision = json({ publish: true });
        return tx`select longhaul.decide_approval(${organisationId}, ${open!.id as string}, ${decision}) as answer`;
      }),
    async close(run, attempt, outcome) {
      const { executionArn } = execution(run, attempt);
      const ends = [{ name: `${run}-${attempt}`, arn: executionArn, workflow: "data-import", outcome }];
      await dispatcher.sql`select longhaul.close_executions(${json(ends)}) as answers`;
    },
    cancel: (run) =>
      asOperator(
        (tx) => tx`
          select status, undo, being_sent as "beingSent", execution_name as "executionName", execution_arn as "executionArn"
          from longhaul.request_cancel(${organisationId}, ${run})`,
      ),
    async retry(run) {
      const [row] = await asOperator(
        (tx) => tx`select longhaul.retry_run(${organisationId}, ${run}) as attempt`,
      );
      return row!.attempt as number;
    },
  };
}

/** Both at once, as while processes are replaced: each call is made by the one that did not make the last. */
export function byTurns(one: DeployedCode, other: DeployedCode): DeployedCode {
  let turn = 0;
  return new Proxy(one, {
    get: (_, name: keyof DeployedCode) => {
      turn += 1;
      return (turn % 2 === 0 ? one : other)[name];
    },
  });
}
