import { randomUUID } from "node:crypto";
import { asDispatcher, connect, type Database, dispatch, runs, stepStore } from "@longhaul/db";
import type { StepStore } from "@longhaul/kit/runtime";
import type { Place, Subject } from "../engine/subject.js";
import type { DatabasePlace } from "./servers/database.js";
import { fiveMachine } from "./workflows/five/machine.js";

const arn = (kind: string, name: string): string => `arn:aws:states:us-east-1:000000000000:${kind}:${name}`;
const stateMachineArn = arn("stateMachine", "longhaul-five:1");
const steps = fiveMachine.steps.map(({ name }) => name);

/** Who writes: the API, a dispatcher and a step's function, with what connections they have. */
interface Writers {
  readonly api: Database;
  readonly dispatcher: Database;
  readonly store: StepStore;
  close(): Promise<void>;
}

/**
 * All that a run of five steps writes into Postgres, by the statements of those who write it, and nothing else: the start,
 * that it was sent, a lease and a checkpoint of each step, its end.
 *
 * @param apart how many writers there are of each kind, who share nothing; one of them gathers what it writes
 */
export async function openWritePath({ url }: Place, apart: number): Promise<Subject> {
  const place = JSON.parse(url) as DatabasePlace;
  const caller = await signUp(place);
  const writers = Array.from({ length: apart }, () => openWriters(place, apart === 1));
  const free = [...writers];
  return {
    async run(n) {
      const mine = apart === 1 ? (writers[0] as Writers) : (free.pop() as Writers);
      await write(mine, caller, n);
      if (apart > 1) free.push(mine);
    },
    async close() {
      for (const each of writers) await each.close();
    },
  };
}

function openWriters(place: DatabasePlace, together: boolean): Writers {
  const options = together ? { max: 2 } : { max: 1, prepare: false };
  const [api, dispatcher, worker] = [place.api, place.dispatcher, place.worker].map((url) =>
    connect(url, options),
  ) as [Database, Database, Database];
  return {
    ...{ api, dispatcher, store: stepStore(worker) },
    async close() {
      await Promise.all([api, dispatcher, worker].map((db) => db.close()));
    },
  };
}

interface Caller {
  readonly userId: string;
  readonly organisationId: string;
  readonly claims: Record<string, unknown>;
}

async function signUp(place: DatabasePlace): Promise<Caller> {
  const admin = connect(place.admin, { max: 1 });
  try {
    const userId = randomUUID();
    await admin.sql`insert into auth.users (id, email) values (${userId}, ${`${userId}@example.test`})`;
    const [row] = await admin.sql<{ organisation_id: string }[]>`
      select organisation_id from longhaul.memberships where user_id = ${userId}`;
    if (!row) throw new Error("sign-up made no organisation");
    return { userId, organisationId: row.organisation_id, claims: { sub: userId, role: "authenticated" } };
  } finally {
    await admin.close();
  }
}

async function write({ api, dispatcher, store }: Writers, caller: Caller, n: number): Promise<void> {
  const { runId } = await runs.startAlone(api, caller, {
    ...{
      organisationId: caller.organisationId,
      workflow: "five",
      name: `Five more than ${n}`,
      priority: "normal",
    },
    ...{
      input: { n },
      stages: fiveMachine.stages,
      definitionHash: fiveMachine.hash,
      correlationId: randomUUID(),
    },
    ...{ idempotencyKey: null, tags: [], notBefore: null, lane: "direct", rerunOf: null, rerunFrom: null },
  });
  const name = `${runId}-1`;
  const executionArn = arn("execution", `longhaul-five:${name}`);
  const started = { runId, attempt: 1, executionArn, stateMachineArn };
  await asDispatcher(dispatcher, (tx) => dispatch.allSent(tx, [started]));
  let value = n;
  for (const state of steps) {
    const key = { run: runId, state, itemPath: "", visit: 0 };
    const request = {
      ...key,
      attempt: 1,
      stage: "add",
      input: { n: value },
      owner: "bench",
      leaseSeconds: 10,
    };
    const leased = await store.lease(request);
    if (leased.kind !== "acquired") throw new Error(`a lease was answered with ${leased.kind}`);
    value += 1;
    const written = await store.succeed({ key, fence: leased.fence, output: { n: value }, events: [] });
    if (!written.held) throw new Error("a checkpoint was not held");
  }
  const outcome = { status: "succeeded", output: { n: value } } as const;
  const end = { name, arn: executionArn, workflow: "five", outcome };
  const answer = await dispatch.closeByExecution(dispatcher, end);
  if (answer !== "closed") throw new Error(`a run's end was answered with ${answer}`);
}
