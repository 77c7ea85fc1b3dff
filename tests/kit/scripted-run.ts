import { houseFunctions } from "@longhaul/kit";
import { type Machine, stepFunctionName } from "@longhaul/kit/machine";
import { type Callback, openForTest } from "@longhaul/stepfunctions/testing";

export interface Payload {
  run: string;
  attempt: number;
  correlationId: string;
  state: string;
  itemPath: string;
  visit: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- steps are scripted by tests, which know what they are given
  input: any;
}

/** What a scripted step answers, or throws, for a payload and its try (from 1). */
export type Script = (payload: Payload, tries: number) => unknown;

/** A failure as the step runtime throws it. */
export function stepError(name: string, error: object): Error {
  return Object.assign(new Error(JSON.stringify(error)), { name });
}

export interface ApprovalPayload extends Omit<Payload, "input"> {
  stage?: string;
  token?: string;
  approval?: Record<string, unknown>;
  expire?: boolean;
  default?: unknown;
}

interface House {
  /** Stands in for the function of the house that asks people. */
  approvals?: (
    payload: ApprovalPayload,
    send: (token: string, answer: unknown) => Promise<unknown>,
  ) => unknown;
  callbacks?: Record<string, Callback>;
}

interface Checkpoint {
  output: unknown;
  completedAt: string;
}

export const runStart = "2030-01-01T00:00:00.000Z";

/**
 * A run on the real engine, whose steps are scripted and keep checkpoints as the step runtime does: under
 * run, state, item path and visit. Each call of `attempt` is another execution of the same run.
 */
export async function openRun(
  machine: Machine,
  scripts: Record<string, Script>,
  { approvals, callbacks = {} }: House = {},
) {
  const checkpoints = new Map<string, Checkpoint>();
  const calls: Payload[] = [];
  const tries = new Map<string, number>();
  const handlers = Object.entries(scripts).map(([step, script]) => {
    const handler = async (event: unknown) => {
      const payload = event as Payload;
      const key = JSON.stringify([payload.state, payload.itemPath, payload.visit]);
      const known = checkpoints.get(key);
      if (known) return known;
      calls.push(payload);
      tries.set(key, (tries.get(key) ?? 0) + 1);
      const output = (await script(payload, tries.get(key) ?? 1)) ?? null;
      const checkpoint = { output, completedAt: new Date(test.clock.now()).toISOString() };
      checkpoints.set(key, checkpoint);
      return checkpoint;
    };
    return [stepFunctionName(machine.name, step), handler] as const;
  });
  const ask = async (payload: unknown) => {
    const send = (taskToken: string, answer: unknown) =>
      test.engine.handle("SendTaskSuccess", { taskToken, output: JSON.stringify(answer) });
    return (await approvals?.(payload as ApprovalPayload, send)) ?? null;
  };
  const functions = { ...Object.fromEntries(handlers), [houseFunctions.approvals]: ask };
  const test = await openForTest({ functions, callbacks, startAt: new Date(runStart) });
  const arnOf = (name: string) =>
    `arn:aws:lambda:us-east-1:000000000000:function:${stepFunctionName(machine.name, name)}`;
  const definition = JSON.stringify(machine.definition(arnOf));
  const judged = await test.engine.handle("ValidateStateMachineDefinition", { definition });
  const { diagnostics } = judged as { diagnostics: unknown[] };
  if (diagnostics.length > 0)
    throw new Error(`Not even a warning was expected: ${JSON.stringify(diagnostics)}`);
  const arn = await test.createMachine(definition);
  let attempts = 0;
  return {
    test,
    calls,
    checkpoints,
    /** The keys of the checkpoints that were asked for, as "Step item/path visit". */
    keys: () => calls.map(({ state, itemPath, visit }) => `${state} ${itemPath} ${visit}`),
    async attempt(input: unknown) {
      attempts += 1;
      const started = { run: "r-1", attempt: attempts, correlationId: "c-1", startedAt: runStart, input };
      return test.finish(await test.start(arn, { input: started }));
    },
    [Symbol.asyncDispose]: () => test.close(),
  };
}
