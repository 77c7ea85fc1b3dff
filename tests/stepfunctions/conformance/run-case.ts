import type { Case, CaseFile } from "./case.js";
import { scratchDir } from "./env.js";
import { runApiCase } from "./run-api-case.js";
import { runExecution } from "./run-execution.js";

export type Verdict = "passed" | "failed" | "none";

/** What a case came to. `output` is status, output, error and cause, or the answer of an API case. */
export interface Result {
  name: string;
  folder: string;
  output: Verdict;
  history: Verdict;
  /** In words; empty where nothing failed. */
  differences: { output: string[]; history: string[] };
  /** What a reader of the numbers should know. */
  notes: string[];
}

/** The differences that a run of a case found. A run that cannot be made throws. */
export interface Findings {
  output: string[];
  history: string[];
  notes: string[];
}

const SECONDS = 50;

/**
 * Runs a case and compares. Never rejects; a case that takes longer than 50 s of real time fails.
 * @param scratch folder for its data, which is removed at the end
 */
export async function runCase(file: CaseFile, scratch = scratchDir()): Promise<Result> {
  if ("unreadable" in file) return failed(file, file.unreadable);
  const notes = file.unknownFields.map((field) => `unknown field: ${field}`);
  try {
    const { output, history, notes: more } = await within(SECONDS, run(file.case, scratch));
    const { name, folder } = file;
    return {
      name,
      folder,
      output: output.length > 0 ? "failed" : "passed",
      history: hasHistory(file.case) ? (history.length > 0 ? "failed" : "passed") : "none",
      differences: { output, history },
      notes: [...notes, ...more],
    };
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ...failed(file, why), notes };
  }
}

/** A case that could not be run: both of its parts have failed. */
export function failed(file: CaseFile, why: string): Result {
  const { name, folder } = file;
  const history = "case" in file && hasHistory(file.case);
  return {
    name,
    folder,
    output: "failed",
    history: history ? "failed" : "none",
    differences: { output: [why], history: history ? [why] : [] },
    notes: [],
  };
}

function hasHistory({ expected }: Case): boolean {
  return expected.events !== undefined || expected.loggedEvents !== undefined;
}

function run(one: Case, scratch: string): Promise<Findings> {
  return one.api === undefined ? runExecution(one, scratch) : runApiCase(one, scratch);
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
