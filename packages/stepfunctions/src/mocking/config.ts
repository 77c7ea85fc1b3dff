import { isObject, parseJson } from "../json.js";

/** What a mocked task comes to: its result, or the error that it fails with. */
export type MockedAnswer = { return: unknown } | { throw: { error: string; cause?: string } };

/** A mocked response: which answer the invocations get, counted from 0 as the file does. */
export interface MockedResponse {
  name: string;
  answers: { first: number; last: number; answer: MockedAnswer }[];
}

/** A mock configuration that has been read: by state machine, test case and state. */
export interface MockConfig {
  machines: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, MockedResponse>>>;
}

/** What is wrong with a mock configuration, each finding with its place in the file. */
export class MockConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The mock configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "MockConfigError";
  }
}

const INVOCATIONS = /^(\d{1,9})(?:-(\d{1,9}))?$/;

/**
 * Reads a mock configuration in the format of AWS Step Functions Local (MockConfigFile.json).
 * Source: "Configuration file for mocked service integrations in Step Functions".
 *
 * @param text the file's JSON
 * @throws MockConfigError with everything that is wrong
 */
export function parseMockConfig(text: string): MockConfig {
  let value: unknown;
  try {
    // Editors on Windows begin a file with a byte order mark.
    value = parseJson(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new MockConfigError([`It is not JSON: ${(error as Error).message}`]);
  }
  return readMockConfig(value);
}

/** The same for a configuration that has been parsed, or written in a test. @throws MockConfigError */
export function readMockConfig(value: unknown): MockConfig {
  const problems: string[] = [];
  const root = members(value, "the file", problems);
  for (const field of root.keys())
    if (field !== "StateMachines" && field !== "MockedResponses")
      problems.push(`${field}: there are only StateMachines and MockedResponses here`);
  const responses = new Map<string, MockedResponse>();
  for (const [name, response] of members(root.get("MockedResponses") ?? {}, "MockedResponses", problems))
    responses.set(name, readResponse(name, response, `MockedResponses.${name}`, problems));
  const machines = readMachines(root.get("StateMachines") ?? {}, responses, problems);
  if (problems.length > 0) throw new MockConfigError(problems);
  return { machines };
}

function readMachines(
  value: unknown,
  responses: Map<string, MockedResponse>,
  problems: string[],
): MockConfig["machines"] {
  const machines = new Map<string, Map<string, Map<string, MockedResponse>>>();
  for (const [machine, content] of members(value, "StateMachines", problems)) {
    const place = `StateMachines.${machine}`;
    const fields = members(content, place, problems);
    for (const field of fields.keys())
      if (field !== "TestCases") problems.push(`${place}.${field}: there is only TestCases here`);
    const cases = new Map<string, Map<string, MockedResponse>>();
    for (const [name, states] of members(fields.get("TestCases") ?? {}, `${place}.TestCases`, problems))
      cases.set(name, readTestCase(states, `${place}.TestCases.${name}`, responses, problems));
    machines.set(machine, cases);
  }
  return machines;
}

function readTestCase(
  value: unknown,
  place: string,
  responses: Map<string, MockedResponse>,
  problems: string[],
): Map<string, MockedResponse> {
  const states = new Map<string, MockedResponse>();
  for (const [state, name] of members(value, place, problems)) {
    const response = typeof name === "string" ? responses.get(name) : undefined;
    if (response !== undefined) states.set(state, response);
    else if (typeof name === "string")
      problems.push(`${place}.${state}: MockedResponses has no ${JSON.stringify(name)}`);
    else problems.push(`${place}.${state}: expected the name of a mocked response`);
  }
  return states;
}

function readResponse(name: string, value: unknown, place: string, problems: string[]): MockedResponse {
  const answers: MockedResponse["answers"] = [];
  for (const [key, content] of members(value, place, problems)) {
    const answer = readAnswer(content, `${place}.${key}`, problems);
    const match = INVOCATIONS.exec(key);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null) problems.push(`${place}.${key}: expected a number like "0" or a range like "1-2"`);
    else if (last < first) problems.push(`${place}.${key}: the range ends before it begins`);
    else if (answer !== null) answers.push({ first, last, answer });
  }
  answers.sort((left, right) => left.first - right.first);
  for (const [index, { first }] of answers.entries()) {
    const before = answers[index - 1];
    if (before !== undefined && first <= before.last)
      problems.push(`${place}: invocation ${first} has two answers`);
  }
  return { name, answers };
}

function readAnswer(value: unknown, place: string, problems: string[]): MockedAnswer | null {
  const fields = members(value, place, problems);
  if (isObject(value) && (fields.size !== 1 || !(fields.has("Return") || fields.has("Throw"))))
    problems.push(`${place}: expected one field, Return or Throw`);
  if (fields.has("Return")) return { return: fields.get("Return") };
  if (!fields.has("Throw")) return null;
  const thrown = members(fields.get("Throw"), `${place}.Throw`, problems);
  const [error, cause] = [thrown.get("Error"), thrown.get("Cause")];
  if (typeof error !== "string") problems.push(`${place}.Throw.Error: expected text`);
  if (cause !== undefined && typeof cause !== "string") problems.push(`${place}.Throw.Cause: expected text`);
  for (const field of thrown.keys())
    if (field !== "Error" && field !== "Cause")
      problems.push(`${place}.Throw.${field}: there are only Error and Cause here`);
  return { throw: { error: String(error), ...(typeof cause === "string" ? { cause } : {}) } };
}

/** The members of an object; none, and a problem noted, when it is not one. */
function members(value: unknown, place: string, problems: string[]): Map<string, unknown> {
  if (isObject(value)) return new Map(Object.entries(value));
  problems.push(`${place}: expected an object`);
  return new Map();
}
