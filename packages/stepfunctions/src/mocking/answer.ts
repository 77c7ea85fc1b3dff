import type { MockConfig, MockedAnswer } from "./config.js";

/** An invocation of a task: `attempt` counts those of the state in its execution from 0, over retries, loops and items. */
export interface MockedCall {
  machineName: string;
  testCase: string;
  stateName: string;
  attempt: number;
}

type MockedState = Omit<MockedCall, "attempt">;

function responseOf(config: MockConfig, { machineName, testCase, stateName }: MockedState) {
  return config.machines.get(machineName)?.get(testCase)?.get(stateName);
}

/** Whether a test case mocks a state. */
export function isMocked(config: MockConfig, state: MockedState): boolean {
  return responseOf(config, state) !== undefined;
}

/**
 * The answer that a test case has for an invocation, or undefined when it does not mock the state: the task is then
 * called for real. An invocation beyond the answers given fails, as in Step Functions Local: the last is not repeated.
 */
export function mockedAnswer(config: MockConfig, call: MockedCall): MockedAnswer | undefined {
  const response = responseOf(config, call);
  if (response === undefined) return undefined;
  const { attempt } = call;
  const found = response.answers.find(({ first, last }) => first <= attempt && attempt <= last);
  if (found !== undefined) return found.answer;
  const which = `${JSON.stringify(response.name)} has no answer for invocation ${attempt} of the state`;
  const cause = `The mocked response ${which} ${JSON.stringify(call.stateName)} in test case ${JSON.stringify(call.testCase)}`;
  return { throw: { error: "States.Runtime", cause } };
}

/** Why an execution cannot be started with a test case, as a sentence; undefined when it can. */
export function testCaseProblem(
  config: MockConfig,
  machineName: string,
  testCase: string,
): string | undefined {
  const cases = config.machines.get(machineName);
  if (cases === undefined)
    return `The mock configuration has no state machine ${JSON.stringify(machineName)}${known(config.machines)}`;
  if (cases.has(testCase)) return undefined;
  const machine = JSON.stringify(machineName);
  return `The mock configuration has no test case ${JSON.stringify(testCase)} for ${machine}${known(cases)}`;
}

function known(names: ReadonlyMap<string, unknown>): string {
  const list = [...names.keys()].map((name) => JSON.stringify(name));
  return list.length === 0 ? "" : `; it has ${list.join(", ")}`;
}
