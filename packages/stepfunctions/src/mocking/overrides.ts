import { type OverrideCall, type Overrides, TaskFailure } from "../ports.js";
import { isMocked, mockedAnswer, testCaseProblem } from "./answer.js";
import type { MockConfig } from "./config.js";

/** Executions whose invocations are counted at a time. */
const REMEMBERED_EXECUTIONS = 10_000;

/**
 * Answers tasks as a mock configuration says, in executions that were started with a test case. Invocations are counted
 * in memory: after a restart of the engine an execution begins again with the first answers.
 */
export function overridesFromMocks(config: MockConfig): Overrides {
  const count = counter();
  return ({ executionArn, machineName, testCase, stateName }: OverrideCall) => {
    if (testCase === null) return undefined;
    const problem = testCaseProblem(config, machineName, testCase);
    // A name that is misspelt must not call the services for real.
    if (problem !== undefined) return Promise.reject(new TaskFailure("States.Runtime", problem));
    if (!isMocked(config, { machineName, testCase, stateName })) return undefined;
    const attempt = count(executionArn, stateName);
    const answer = mockedAnswer(config, { machineName, testCase, stateName, attempt });
    if (answer === undefined) return undefined;
    if ("return" in answer) return Promise.resolve(answer.return);
    return Promise.reject(new TaskFailure(answer.throw.error, answer.throw.cause));
  };
}

/** Counts the invocations of each state in each execution, from 0. */
function counter(): (executionArn: string, stateName: string) => number {
  const executions = new Map<string, Map<string, number>>();
  return (executionArn, stateName) => {
    const states = executions.get(executionArn) ?? new Map<string, number>();
    // The execution that was heard of least recently goes first.
    executions.delete(executionArn);
    executions.set(executionArn, states);
    const [oldest] = executions.keys();
    if (executions.size > REMEMBERED_EXECUTIONS && oldest !== undefined) executions.delete(oldest);
    const count = states.get(stateName) ?? 0;
    states.set(stateName, count + 1);
    return count;
  };
}

/** Asks one after the other; the first that answers counts. */
export function firstOf(...all: (Overrides | undefined)[]): Overrides | undefined {
  const given = all.filter((overrides) => overrides !== undefined);
  if (given.length < 2) return given[0];
  return (call) => {
    for (const overrides of given) {
      const answer = overrides(call);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
}
