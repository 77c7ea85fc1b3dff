import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isRecord } from "./json.js";
import { memberText } from "./member-text.js";

/** One case of the corpus; its README says what each field means. */
export interface Case {
  name: string;
  /** The test that was recorded. */
  source?: string;
  type?: string;
  definition?: object;
  definitionText?: string;
  inputText?: string;
  context?: {
    accountId: string;
    region: string;
    roleArn: string;
    stateMachineName: string;
    executionName: string;
  };
  functions?: Record<string, Behaviour>;
  stateMachines?: Record<string, { type?: string; definition: object }>;
  activities?: Record<string, Activity>;
  integrations?: Integration[];
  s3?: Record<string, Record<string, string>>;
  actions?: unknown;
  logging?: { level: string; includeExecutionData?: boolean };
  api?: string;
  request?: Record<string, unknown>;
  expected: Expected;
  notes?: { ignore?: string[] };
}

export interface Expected {
  status?: string;
  output?: unknown;
  error?: unknown;
  cause?: unknown;
  causeIsJson?: boolean;
  events?: HistoryEvent[];
  eventsOrder?: string;
  loggedEvents?: unknown[];
  response?: unknown;
  variableReferences?: unknown;
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
  | { behaviour: "return-raw-repeat"; character: string; count: number }
  /** Of our own cases: one behaviour per call, the last of them for all that follow. */
  | { behaviour: "in-turn"; calls: Behaviour[] };

export interface Activity {
  behaviour: string;
  workerName?: string;
  waitSecondsBeforeHeartbeat?: number;
  waitSecondsBeforeSuccess?: number;
  error?: string;
}

export interface Integration {
  resource: string;
  parameters?: unknown;
  submitted?: { output: unknown };
  outcome: { type: "success" | "failure" | "none"; output?: unknown; error?: string; cause?: unknown };
  callback?: boolean;
  heartbeats?: { count: number; firstAfterSeconds?: number; intervalSeconds?: number };
}

/** A file of the corpus: its case, or why it cannot be read. */
export type CaseFile = { name: string; folder: string } & (
  | { case: Case; unknownFields: string[] }
  | { unreadable: string }
);

const FIELDS = {
  case: `name split source recordedDate awsValidated queryLanguage type definition definitionText input inputText context
    functions stateMachines activities integrations s3 actions logging api request expected notes`,
  expected: `status output error cause causeIsJson events eventsOrder loggedEvents response variableReferences`,
  notes: "ignore text localstackCannotVerify",
};

/** Names of all case files in a folder and those in it, relative and without `.json`. @throws when there is no folder */
export function caseNames(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length).split(path.sep).join("/"))
    .sort();
}

export function readCase(folder: string, name: string): CaseFile {
  const found = { name, folder: name.slice(0, Math.max(0, name.lastIndexOf("/"))) };
  try {
    const text = readFileSync(path.join(folder, `${name}.json`), "utf8");
    const one = JSON.parse(text) as Case;
    if (!isRecord(one) || !isRecord(one.expected))
      return { ...found, unreadable: "the file is not a case: it has no expected" };
    // As it is written: JSON.parse would make 1 of a 1.0 that AWS writes back as 1.0.
    one.definitionText ??= memberText(text, "definition");
    return { ...found, case: one, unknownFields: unknownFields(one) };
  } catch (error) {
    return { ...found, unreadable: `the file cannot be read: ${String(error)}` };
  }
}

function unknownFields(one: Case): string[] {
  const strange = (value: object | undefined, known: string, prefix: string): string[] => {
    const names = known.split(/\s+/);
    return Object.keys(value ?? {})
      .filter((key) => !names.includes(key))
      .map((key) => prefix + key);
  };
  return [
    ...strange(one, FIELDS.case, ""),
    ...strange(one.expected, FIELDS.expected, "expected."),
    ...strange(one.notes, FIELDS.notes, "notes."),
  ];
}
