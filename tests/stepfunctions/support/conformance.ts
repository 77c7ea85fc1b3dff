import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One case recorded on AWS. */
export interface Case {
  name: string;
  type: string;
  definition: Definition;
  inputText?: string;
  functions: Record<string, Behaviour>;
  context: { roleArn: string; stateMachineName: string; executionName: string };
  actions?: unknown;
  api?: string;
  expected: {
    status: string;
    output?: unknown;
    error?: string;
    cause?: unknown;
    causeIsJson?: boolean;
    events?: HistoryEvent[];
    eventsOrder?: string;
  };
  notes: { ignore: string[] };
}

export interface HistoryEvent {
  type: string;
  id: number;
  previousEventId: number;
  detailsKey?: string;
  details?: unknown;
}

export type Behaviour =
  | { behaviour: "echo" }
  | { behaviour: "return"; value: unknown }
  | { behaviour: "raise"; errorType: string; errorMessage: string; stackTrace: string[] }
  | { behaviour: "delay"; seconds: number; then: Behaviour }
  | { behaviour: "prefix"; prefix: string }
  | { behaviour: "return-raw-repeat"; character: string; count: number };

interface State {
  Type: string;
  QueryLanguage?: string;
  Resource?: string;
  [field: string]: unknown;
}

interface Definition {
  QueryLanguage?: string;
  TimeoutSeconds?: number;
  States: Record<string, State>;
}

const INVOKE = "arn:aws:states:::lambda:invoke";
const STATES = ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail"];
const DATA_FLOW = [
  "InputPath",
  "OutputPath",
  "ResultPath",
  "Parameters",
  "ResultSelector",
  "Assign",
  "Choices",
];
const PATH_FIELD = /Path$/;

/** Every case of a folder, and of the folders in it. */
export function readCases(folder: string): Case[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".json"),
  );
  return files.sort().map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Case);
}

/** Whether a case is an execution that uses only what the engine has: told by its definition's features alone. */
export function inScope(candidate: Case): boolean {
  const { definition, api, type, actions } = candidate;
  if (api !== undefined || type !== "STANDARD" || actions !== undefined || definition?.States === undefined)
    return false;
  if (candidate.expected.status === undefined) return false;
  return Object.values(definition.States).every((state) => isSupported(state, definition));
}

function isSupported(state: State, definition: Definition): boolean {
  if (!STATES.includes(state.Type)) return false;
  const { Resource: resource } = state;
  if (state.Type === "Task" && resource !== INVOKE && !resource?.startsWith("arn:aws:lambda:")) return false;
  if ((state.QueryLanguage ?? definition.QueryLanguage) === "JSONata") return true;
  const catchers = (state.Catch ?? []) as Record<string, unknown>[];
  return [state, ...catchers].every((part) => !usesData(part));
}

function usesData(part: Record<string, unknown>): boolean {
  return Object.keys(part).some((field) => DATA_FLOW.includes(field) || PATH_FIELD.test(field));
}
