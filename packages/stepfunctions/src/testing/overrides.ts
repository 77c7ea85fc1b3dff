import { firstOf, overridesFromMocks } from "../mocking/overrides.js";
import { parseMockConfig, readMockConfig } from "../mocking/config.js";
import { type OverrideCall, type Overrides, TaskFailure } from "../ports.js";

/**
 * Stands in for what a state calls: takes the task's parameters, gives its raw result. A TaskFailure fails the task with
 * exactly that; of another error the name is the error and the message the cause.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- parameters are what the machine makes of them
export type StateOverride = (parameters: any, call: OverrideCall) => unknown;

/** The part of the options that answers tasks in place of what they call. */
export interface OverrideOptions {
  /** By name of the state. */
  states?: Record<string, StateOverride>;
  /** MockConfigFile.json, as text or parsed; counts for executions that are started with a test case. */
  mocks?: string | object;
}

/** `states` before `mocks`. @throws MockConfigError */
export function overridesFrom({ states, mocks }: OverrideOptions): Overrides | undefined {
  const config = typeof mocks === "string" ? parseMockConfig(mocks) : mocks && readMockConfig(mocks);
  return firstOf(states && overridesFromStates(states), config && overridesFromMocks(config));
}

function overridesFromStates(states: Record<string, StateOverride>): Overrides {
  return (call) => {
    const answer = Object.hasOwn(states, call.stateName) ? states[call.stateName] : undefined;
    return answer === undefined ? undefined : answerWith(answer, call);
  };
}

async function answerWith(answer: StateOverride, call: OverrideCall): Promise<unknown> {
  try {
    return await answer(call.parameters, call);
  } catch (error) {
    throw failureOf(error);
  }
}

/** How a task fails by what its stand-in threw. */
export function failureOf(error: unknown): TaskFailure {
  if (error instanceof TaskFailure) return error;
  if (error instanceof Error) return new TaskFailure(error.name, error.message);
  return new TaskFailure(typeof error, String(error));
}
