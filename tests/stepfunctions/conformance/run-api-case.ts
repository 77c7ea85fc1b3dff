import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  SFNServiceException,
  TestStateCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import type { Case } from "./case.js";
import { differences, opened } from "./compare.js";
import { isRecord } from "./json.js";
import { lambdaOf } from "./lambdas.js";
import type { Findings } from "./run-case.js";
import { passing } from "./run-execution.js";
import { servicesOf } from "./services.js";
import { Stage } from "./stage.js";

const ROLE = "arn:aws:iam::000000000000:role/sfn-role";

/** Sends the request of an API case and compares the answer. */
export async function runApiCase(one: Case, scratch: string): Promise<Findings> {
  const notes: string[] = [];
  await using stage = await Stage.open(scratch, (self) => ({
    lambda: lambdaOf(one.functions ?? {}, (milliseconds) => self.clock.sleep(milliseconds)),
    services: { "*": servicesOf(one.integrations ?? [], self, (text) => void notes.push(text)) },
  }));
  const answer = await passing(stage, answerOf(stage, one));
  const { response, error, variableReferences } = one.expected;
  if (isRecord(error) && error.code === "ParamValidationError") {
    notes.push(
      "AWS was never asked: the Python SDK refused the request. Passed when the engine refuses it too",
    );
    const refused = "error" in answer && answer.status < 500;
    return { output: refused ? [] : ["/error: got an answer, the Python SDK refused"], history: [], notes };
  }
  const output = differences(
    answer.shown,
    { response, error, variableReferences },
    new Set(one.notes?.ignore),
  );
  return { output, history: [], notes };
}

interface Answer {
  /** In the form of `expected`. */
  shown: { response?: unknown; error?: unknown; variableReferences?: unknown };
  status: number;
}

async function answerOf(stage: Stage, one: Case): Promise<Answer> {
  try {
    const response = await request(stage, one);
    if (one.api !== "DescribeStateMachine") return { shown: { response: opened(response) }, status: 200 };
    const { variableReferences } = response as { variableReferences?: Record<string, string[]> };
    return { shown: { variableReferences: sorted(variableReferences) }, status: 200 };
  } catch (error) {
    if (!(error instanceof SFNServiceException)) throw error;
    const { name: code, message } = error;
    return { shown: { error: { code, message } }, status: error.$metadata.httpStatusCode ?? 500 };
  }
}

function sorted(references: Record<string, string[]> | undefined): unknown {
  if (references === undefined) return undefined;
  return Object.fromEntries(Object.entries(references).map(([state, names]) => [state, [...names].sort()]));
}

async function request(stage: Stage, one: Case): Promise<object> {
  const input = { ...one.request, definition: one.definitionText } as never;
  switch (one.api) {
    case "TestState":
      return bare(await stage.send(new TestStateCommand(input)));
    case "ValidateStateMachineDefinition":
      return bare(await stage.send(new ValidateStateMachineDefinitionCommand(input)));
    case "CreateStateMachine":
      return bare(await stage.send(new CreateStateMachineCommand(input)));
    case "DescribeStateMachine": {
      const machine = { name: "conformance", roleArn: ROLE, definition: one.definitionText, ...one.request };
      const { stateMachineArn } = await stage.send(new CreateStateMachineCommand(machine));
      return bare(await stage.send(new DescribeStateMachineCommand({ stateMachineArn })));
    }
    default:
      throw new Error(`the runner does not know the API ${String(one.api)}`);
  }
}

/** An answer as it came over the wire: without the client's own words. */
function bare({ $metadata: _, ...answer }: { $metadata: unknown }): object {
  return JSON.parse(JSON.stringify(answer)) as object;
}
