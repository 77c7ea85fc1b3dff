import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateStateMachineCommand, SFNClient } from "@aws-sdk/client-sfn";
import { approvals, asCaller, history, runs } from "@longhaul/db";
import { type Approval, houseFunctions, type Run, type RunEvent, type RunStep } from "@longhaul/kit";
import { stepFunctionName } from "@longhaul/kit/machine";
import {
  type ObjectStore,
  type StepHandlerOptions,
  stepHandler,
  type StepStore,
} from "@longhaul/kit/runtime";
import type { StepImplementation } from "@longhaul/kit/step";
import {
  approvalTask,
  type Caller,
  cancelRun,
  closeRun,
  compensationsTask,
  decideApproval,
  dispatchQueued,
  retryRun,
  type RunsDependencies,
  startRun,
} from "@longhaul/runs";
import { type LambdaInvoker, openStepFunctions } from "@longhaul/stepfunctions";
import { handlers } from "@longhaul/workflows/handlers";
import { machines } from "@longhaul/workflows/machines";
import { openWorld } from "../support/database.js";
import { ShiftingClock } from "../support/shifting-clock.js";

type Loaders = Readonly<Record<string, Readonly<Record<string, () => Promise<{ default: unknown }>>>>>;
type StepRun = StepImplementation["run"];
type Call = Parameters<LambdaInvoker>[0];

interface ProductOptions {
  readonly workflow: keyof typeof machines;
  /** Of retries' delays and waits; 1 as a rule. */
  readonly waitScale?: number;
  readonly connections?: StepHandlerOptions["connections"];
}

/**
 * One workflow as it is deployed: its own machines in the real engine, its own handlers in the kit's runtime over the real
 * database. Lambda alone is missing: steps run here, and a test may take the place of one, or break an invocation off.
 */
export async function openProductWorld({ workflow, waitScale = 1, connections }: ProductOptions) {
  const world = await openWorld();
  const dataDir = mkdtempSync(join(tmpdir(), "longhaul-product-"));
  const clock = new ShiftingClock();
  const replaced = new Map<string, StepRun>();
  const invoked: string[] = [];
  /** Whether the process of this invocation ends before it can note what it did. */
  const faults: { dies?: ((step: string, payload: unknown) => boolean) | undefined } = {};
  const objects = memoryObjects();
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };

  async function invoke(call: Call): Promise<object> {
    const payload = JSON.parse(call.payload) as unknown;
    if (call.functionName === houseFunctions.approvals) return approvalTask(deps, payload);
    if (call.functionName === houseFunctions.compensations) return compensationsTask(deps, payload, 20_000);
    const step = call.functionName.slice(`longhaul-${workflow}-`.length);
    invoked.push(step);
    const dies = faults.dies?.(step, payload) ?? false;
    let die: (error: Error) => void = () => {};
    const death = new Promise<never>((_, reject) => (die = reject));
    const loaded = (await (handlers as Loaders)[workflow]![step]!()).default as StepImplementation;
    const run = replaced.get(step);
    const handler = stepHandler(run ? { ...loaded, run } : loaded, {
      ...{
        store: dies ? dying(world.store, (error) => die(error)) : world.store,
        objects,
        logger: quiet,
        simulation: true,
      },
      ...(connections && { connections }),
    });
    const answer = handler(payload, { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 120_000 });
    return dies ? Promise.race([answer, death]) : answer;
  }
  const lambda: LambdaInvoker = async (call) => {
    const answer = { statusCode: 200, executedVersion: "1" };
    try {
      return { ...answer, payload: JSON.stringify(await invoke(call)) };
    } catch (error) {
      const { name, message } = error as Error;
      const payload = JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
      return { ...answer, payload, functionError: "Unhandled" };
    }
  };

  const engine = await openStepFunctions({
    ...{ dataDir, region: "us-east-1", accountId: "000000000000", lambda, clock, waitScale },
    onStatusChange: async (event) => void (await closeRun(deps, event)),
  });
  const server = createServer((request, response) => void engine.handleHttp(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sfn = new SFNClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  const logged: string[] = [];
  const log = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const deps: RunsDependencies = {
    ...{ db: world.api, sfn, stateMachines: await deploy(sfn, workflow) },
    logger: { info: log, warn: log, error: log },
  };
  const { organisationId, people } = world.ours;
  const caller: Caller = { ...people.operator, role: "operator", organisationId };
  const asViewer = <T>(work: Parameters<typeof asCaller<T>>[2]) => asCaller(world.api, people.viewer, work);

  async function run(runId: string): Promise<Run> {
    const found = await asViewer((tx) => runs.get(tx, { organisationId, runId }));
    if (!found) throw new Error(`There is no run ${runId}.`);
    return found;
  }
  /** Until the run is so: its rows are the only place where that is told. */
  async function until(runId: string, wanted: (run: Run) => boolean, forMs = 50_000): Promise<Run> {
    const end = Date.now() + forMs;
    for (;;) {
      const seen = await run(runId);
      if (wanted(seen)) return seen;
      if (Date.now() > end)
        throw new Error(`The run stays ${JSON.stringify(seen)}; ${logged.slice(-5).join("\n")}`);
      await sleep(20);
    }
  }

  return {
    ...world,
    ...{ caller, clock, deps, faults, invoked, objects, run, until },
    /** Takes the place of a step's handler; null gives it back. */
    replace(step: string, by: StepRun | null): void {
      if (by) replaced.set(step, by);
      else replaced.delete(step);
    },
    async start(input: unknown, idempotencyKey: string | null = null): Promise<string> {
      const request = {
        workflow,
        input,
        idempotencyKey,
        correlationId: "c-1",
        capabilities: new Set(["SIMULATION"] as const),
      };
      return (await startRun(deps, caller, request)).runId;
    },
    send: () => dispatchQueued(deps),
    ended: (runId: string, forMs?: number) => until(runId, ({ finishedAt }) => finishedAt !== null, forMs),
    cancel: (runId: string) => cancelRun(deps, caller, { runId }),
    async retry(runId: string): Promise<void> {
      await retryRun(deps, caller, { runId });
      await dispatchQueued(deps);
    },
    stepsOf: (runId: string): Promise<RunStep[]> =>
      asViewer((tx) => history.stepsOf(tx, { organisationId, runId })),
    eventsOf: (runId: string): Promise<RunEvent[]> =>
      asViewer((tx) => history.eventsAfter(tx, { organisationId, runId, after: 0, limit: 10_000 })),
    approvalsOf: (runId: string): Promise<Approval[]> =>
      asViewer((tx) => approvals.ofRun(tx, { organisationId, runId })),
    decide: (approvalId: string, decision: unknown) => decideApproval(deps, caller, { approvalId, decision }),
    async [Symbol.asyncDispose]() {
      sfn.destroy();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
      await world[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
export type ProductWorld = Awaited<ReturnType<typeof openProductWorld>>;

/** Installs the workflow's machine, and the one that takes back what it did. */
async function deploy(sfn: SFNClient, workflow: ProductOptions["workflow"]): Promise<Record<string, string>> {
  const machine = machines[workflow];
  const arnOf = (step: string) =>
    `arn:aws:lambda:us-east-1:000000000000:function:${stepFunctionName(workflow, step)}`;
  const install = async (name: string, definition: object): Promise<string> => {
    const { stateMachineVersionArn } = await sfn.send(
      new CreateStateMachineCommand({
        ...{ name, definition: JSON.stringify(definition), publish: true },
        roleArn: "arn:aws:iam::000000000000:role/longhaul",
      }),
    );
    return stateMachineVersionArn!;
  };
  return {
    [workflow]: await install(`longhaul-${workflow}`, machine.definition(arnOf)),
    ...(machine.undo && {
      [`${workflow}-undo`]: await install(`longhaul-${workflow}-undo`, machine.undo.definition(arnOf)),
    }),
  };
}

/** Of a process that ends as soon as its step is done: it has taken its lease, and writes nothing any more. */
function dying(store: StepStore, die: (error: Error) => void): StepStore {
  const gone = () => new Promise<never>(() => {});
  const end = () => {
    die(Object.assign(new Error("RequestId: x Error: Runtime exited"), { name: "Runtime.ExitError" }));
    return gone();
  };
  return { ...store, renew: gone, succeed: end, fail: end };
}

function memoryObjects(): ObjectStore & { readonly files: Map<string, Buffer> } {
  const files = new Map<string, Buffer>();
  return {
    files,
    get: async (path, { start = 0 }) => {
      const bytes = files.get(path);
      return bytes ? new Blob([new Uint8Array(bytes.subarray(start))]).stream() : null;
    },
    put: async (path, _contentType, body) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      files.set(path, Buffer.concat(chunks));
    },
  };
}
