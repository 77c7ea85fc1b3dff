// The short forms of states and executions, and the table of all forms.

import { dataIn, type Details, type Form, NO_THEN, word, wordIn } from "./pack-form.js";
import { bare, called, scheduled, serviceStarted, succeeded } from "./pack-task-forms.js";
import type { Then } from "./state.js";

const start: Form = {
  thens: ["start"],
  write({ then }, { said, words }) {
    const { state, region, timeoutSeconds, identity } = then as Extract<Then, { kind: "start" }>;
    said.state = state;
    said.data = identity.input;
    const rest = region === 0 && timeoutSeconds === null ? "" : `,${region},${timeoutSeconds}`;
    return `,${word(state, words)}${rest}`;
  },
  read([name, region = 0, timeoutSeconds = null], { said, words, identity }) {
    const state = wordIn(name, words);
    said.state = state;
    said.data = identity.input;
    return {
      details: { input: identity.input, roleArn: identity.roleArn },
      then: {
        kind: "start",
        identity,
        region: region as number,
        state,
        timeoutSeconds: timeoutSeconds as number | null,
      },
    };
  },
};

const entered: Form = {
  thens: NO_THEN,
  write({ details }, { said, words }) {
    const { name = "", input = "" } = details as Details;
    const known = name === said.state;
    said.state = name;
    if (input === said.data) return known ? "" : `,${word(name, words)}`;
    said.data = input;
    return `,${known ? 0 : word(name, words)},${JSON.stringify(input)}`;
  },
  read([given = 0, input], { said, words }) {
    const name = given === 0 ? said.state : wordIn(given, words);
    said.state = name;
    return { details: { input: dataIn(input, said), name } };
  },
};

const exited: Form = {
  thens: ["go", "end"],
  write({ details, then }, { said, words }) {
    const { name = "", output = "" } = details as Details;
    const assigned = details?.assignedVariables;
    const next = then?.kind === "go" ? then.state : undefined;
    let text = name === said.state ? ",0" : `,${word(name, words)}`;
    text += next === undefined ? ",0" : `,${word(next, words)}`;
    if (next !== undefined) said.state = next;
    if (output !== said.data) text += `,${JSON.stringify(output)}`;
    else if (assigned !== undefined) text += ",0";
    said.data = output;
    return assigned === undefined ? text : `${text},${JSON.stringify(assigned)}`;
  },
  read([given, next, output, assignedVariables], { said, words }) {
    const name = given === 0 ? said.state : wordIn(given, words);
    const details: Record<string, unknown> = { name, output: dataIn(output, said) };
    if (assignedVariables !== undefined) details.assignedVariables = assignedVariables;
    if (next === 0) return { details, then: { kind: "end" } };
    said.state = wordIn(next, words);
    return { details, then: { kind: "go", state: said.state } };
  },
};

/** An event that shows nothing but an output. */
const shown: Form = {
  thens: NO_THEN,
  write({ details }, { said }) {
    const { output = "" } = details as Details;
    if (output === said.data) return "";
    said.data = output;
    return `,${JSON.stringify(output)}`;
  },
  read([output], { said }) {
    return { details: { output: dataIn(output, said) } };
  },
};

/** The forms by the event's type. */
export const FORMS = new Map<string, Form>([
  ["ExecutionStarted", start],
  ["ExecutionSucceeded", shown],
  ["TaskStateEntered", entered],
  ["TaskStateExited", exited],
  ["PassStateEntered", entered],
  ["PassStateExited", exited],
  ["ChoiceStateEntered", entered],
  ["ChoiceStateExited", exited],
  ["WaitStateEntered", entered],
  ["WaitStateExited", exited],
  ["MapStateEntered", entered],
  ["MapStateExited", exited],
  ["ParallelStateEntered", entered],
  ["ParallelStateExited", exited],
  ["SucceedStateEntered", entered],
  ["SucceedStateExited", exited],
  ["LambdaFunctionScheduled", scheduled],
  ["LambdaFunctionStarted", bare],
  ["LambdaFunctionSucceeded", shown],
  ["TaskScheduled", called],
  ["TaskStarted", serviceStarted],
  ["TaskSucceeded", succeeded],
]);
