import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { approvals, asCaller, history } from "@longhaul/db";
import type { Approval, Json, Run, RunStep } from "@longhaul/kit";
import { type StepPayload, type StepStore, stepHandler } from "@longhaul/kit/runtime";
import { defineStep, implement, type Step, type StepContext } from "@longhaul/kit/step";
import {
  approvalTask,
  closeRun,
  compensationsTask,
  dispatchQueued,
  registerDefinitions,
  type RunsDependencies,
} from "@longhaul/runs";
import { machines } from "@longhaul/workflows/machines";
import { z } from "zod";
import { dataImport, functionArn } from "./engine.js";
import { openRunsWorld } from "./runs-world.js";
import { importResult, thrown } from "./scripted-steps.js";

type Handler = (input: Json, ctx: StepContext) => Promise<unknown>;

const undone = z.object({ input: z.json(), output: z.json() });
const compensation = (name: string) =>
  defineStep({
    name,
    stage: "process",
    input: undone,
    output: z.null(),
    timeoutSeconds: 30,
    retry: { maxAttempts: 2, intervalSeconds: 1, backoffRate: 1, maxDelaySeconds: 2 },
  });

/** What takes back what a step of data-import has done, here. */
const compensations = { ProcessData: "DiscardData", SendNotification: "RevokeNotification" };

const steps: readonly Step[] = [
  ...machines["data-import"].steps,
  ...Object.values(compensations).map(compensation),
];

/**
 * The runs' world with steps that run as they do in Lambda: the kit's runtime over the real store, under the real
 * engine. Ends of executions are handed over as EventBridge does; waits and retry delays are short.
 */
export async function openLivesWorld() {
  const world = await openRunsWorld({ waitScale: 0.01 });
  const leases: string[] = [];
  const store: StepStore = {
    ...world.store,
    async lease(request) {
      const answer = await world.store.lease(request);
      leases.push(answer.kind);
      return answer;
    },
  };
  const log: string[] = [];
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const objects = { get: async () => null, put: async () => {} };
  const handlers = new Map<string, Handler>();
  const deps: RunsDependencies = {
    ...world.deps,
    stateMachines: {
      "data-import": world.stateMachineArn,
      "data-import-undo": await world.install("longhaul-data-import-undo", undoMachine()),
    },
  };
  const asking: RunsDependencies = {
    ...deps,
    stateMachines: {
      ...deps.stateMachines,
      "data-import": await world.install("longhaul-data-import-asking", askingMachine()),
    },
  };
  await registerDefinitions(deps);
  await world.admin.sql`update longhaul.definitions
    set compensations = ${world.admin.sql.json(compensations)}, undo_template = '{}'
    where hash = ${machines["data-import"].hash}`;

  const invokeStep = (name: string, payload: unknown) => {
    const step = steps.find((known) => known.name === name)!;
    const run = (input: Json, ctx: StepContext) => {
      log.push(name);
      return handlers.get(name)!(input, ctx);
    };
    const lambda = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 60_000 };
    const implementation = implement(step, run as never);
    return stepHandler(implementation, { store, objects, logger: quiet, simulation: false })(payload, lambda);
  };
  const answering = async (work: () => Promise<unknown>) => {
    try {
      return { statusCode: 200, executedVersion: "1", payload: JSON.stringify(await work()) };
    } catch (error) {
      const { name, message } = error as Error;
      return thrown(name, message);
    }
  };

  function reset(): void {
    log.length = 0;
    leases.length = 0;
    handlers.set("ProcessData", async () => importResult);
    handlers.set("SendNotification", async () => ({ status: "sent", channel: "EMAIL", recipient: "a***" }));
    for (const name of Object.values(compensations)) handlers.set(name, async () => null);
    for (const { name } of steps) {
      world.steps.script(name, (payload) => answering(() => invokeStep(name, payload)));
    }
    world.steps.script("compensations", (payload) =>
      answering(() => compensationsTask(deps, payload, 20_000)),
    );
    world.steps.script("approvals", (payload) => answering(() => approvalTask(deps, payload)));
  }
  reset();

  let heard = 0;
  /** Hands over the ends of executions until the run is as asked. */
  async function until(runId: string, asked: (run: Run) => boolean): Promise<Run> {
    for (const end = Date.now() + 50_000; ; ) {
      while (heard < world.events.length) await closeRun(deps, world.events[heard++]);
      const run = await world.run(runId);
      if (asked(run)) return run;
      if (Date.now() > end) throw new Error(`The run stays ${JSON.stringify(run)}`);
      await sleep(25);
    }
  }
  const { organisationId, people } = world.ours;

  return {
    ...world,
    deps,
    /** With a machine that asks for approval between ProcessData and CheckStatus. */
    asking,
    reset,
    /** The handlers that were called, in order. */
    called: log,
    /** What was answered to those who wanted to run a step, in order. */
    leases,
    calls: (name: string) => log.filter((called) => called === name).length,
    handle: (name: string, handler: Handler) => void handlers.set(name, handler),
    invokeStep,
    until,
    ended: (runId: string) => until(runId, ({ finishedAt }) => finishedAt !== null),
    async go(input: object = {}, within = deps): Promise<string> {
      const runId = await world.start(input);
      await dispatchQueued(within);
      return runId;
    },
    send: (within = deps) => dispatchQueued(within),
    stepsOf: (runId: string): Promise<RunStep[]> =>
      asCaller(world.api, people.viewer, (tx) => history.stepsOf(tx, { organisationId, runId })),
    approvalsOf: (runId: string): Promise<Approval[]> =>
      asCaller(world.api, people.viewer, (tx) => approvals.ofRun(tx, { organisationId, runId })),
    /** How its present attempt was sent. */
    async attempt(runId: string) {
      const [sent] = await world.admin.sql<{ executionArn: string; stateMachineVersionArn: string }[]>`
        select execution_arn as "executionArn", state_machine_arn as "stateMachineVersionArn"
        from longhaul.run_attempts where run_id = ${runId} order by attempt desc limit 1`;
      return sent!;
    },
    types: async (runId: string) => (await world.log(runId)).map(({ type }) => type),
  };
}

export type LivesWorld = Awaited<ReturnType<typeof openLivesWorld>>;

/** The payload of a step of data-import. */
export function payloadOf(run: string, over: Partial<StepPayload> = {}): StepPayload {
  const state = over.state ?? "ProcessData";
  const input = { file: randomUUID(), maxRejectedShare: 0.05, simulation: undefined };
  return {
    ...{ run, attempt: 1, correlationId: "c-1", state, itemPath: "", visit: 0 },
    input: JSON.parse(JSON.stringify(input)) as Json,
    ...over,
  };
}

const key = {
  run: "{% $states.context.Execution.Input.run %}",
  attempt: "{% $states.context.Execution.Input.attempt %}",
  correlationId: "{% $states.context.Execution.Input.correlationId %}",
};
const retry = [
  { ErrorEquals: ["FatalError", "StepCancelled"], MaxAttempts: 0 },
  { ErrorEquals: ["States.ALL"], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 3 },
];

function undoMachine() {
  const task = (functionName: string, payload: object) => ({
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: functionArn(functionName), Payload: { ...key, ...payload } },
    Retry: retry,
  });
  const taking = Object.entries(compensations).map(
    ([state, name]) =>
      [
        name,
        {
          ...task(`longhaul-data-import-${name}`, {
            state,
            itemPath: "{% $states.input.itemPath %}",
            visit: "{% $states.input.visit %}",
            compensation: name,
            input: {},
          }),
          End: true,
        },
      ] as const,
  );
  const which = Object.entries(compensations).map(([state, Next]) => ({
    Condition: `{% $states.input.state = "${state}" %}`,
    Next,
  }));
  return {
    QueryLanguage: "JSONata",
    StartAt: "Compensations",
    States: {
      Compensations: {
        ...task("longhaul-compensations", {}),
        Output: "{% [$states.result.Payload.items] %}",
        Next: "Each",
      },
      Each: {
        Type: "Map",
        Items: "{% $states.input %}",
        MaxConcurrency: 1,
        ItemProcessor: {
          StartAt: "Which",
          States: { Which: { Type: "Choice", Choices: which }, ...Object.fromEntries(taking) },
        },
        End: true,
      },
    },
  };
}

/** data-import with an approval in its middle: as the builder writes one, with a default at the deadline. */
function askingMachine() {
  const { States, ...machine } = dataImport();
  const ask = {
    title: "Publish the readings?",
    role: "operator",
    form: JSON.stringify({
      type: "object",
      properties: { publish: { type: "boolean" } },
      required: ["publish"],
      additionalProperties: false,
    }),
    details: { rows: "{% $processData.rowsRead %}" },
    default: { publish: false },
  };
  const payload = { ...key, state: "Approve", itemPath: "", visit: 0 };
  const arguments_ = (over: object) => ({
    FunctionName: functionArn("longhaul-approvals"),
    Payload: { ...payload, ...over },
  });
  return {
    ...machine,
    States: {
      ...States,
      ProcessData: { ...States["ProcessData"], Next: "Approve" },
      Approve: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
        Arguments: arguments_({ token: "{% $states.context.Task.Token %}", stage: "process", approval: ask }),
        TimeoutSeconds: 3600,
        Retry: [retry[0], { ErrorEquals: ["StepStoreFailed"], IntervalSeconds: 1, MaxAttempts: 3 }],
        Catch: [
          { ErrorEquals: ["States.Timeout"], Next: "ApproveExpired", Output: {} },
          { ErrorEquals: ["States.ALL"], Next: "NotApproved", Output: {} },
        ],
        Assign: { approve: "{% $states.result %}" },
        Output: {},
        Next: "CheckApproval",
      },
      ApproveExpired: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Arguments: arguments_({ expire: true, default: ask.default }),
        Assign: { approve: "{% $states.result.Payload %}" },
        Output: {},
        Next: "CheckApproval",
      },
      CheckApproval: {
        Type: "Choice",
        Choices: [{ Condition: "{% $approve.decision.publish %}", Next: "CheckStatus" }],
        Default: "NotApproved",
      },
      NotApproved: { Type: "Fail", Error: "NOT_APPROVED", Cause: "Nobody wanted it." },
    },
  };
}
