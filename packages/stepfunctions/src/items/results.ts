import { isObject } from "../json.js";
import { writerFailed } from "./failures.js";

/** What became of a child execution. Texts are JSON as the execution has them; dates are milliseconds since 1970. */
export interface ChildResult {
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING";
  input: string;
  output?: string;
  error?: string;
  cause?: string;
  /** Absent while it is PENDING: it was never started. */
  executionArn?: string;
  name?: string;
  stateMachineArn?: string;
  startDate?: number;
  stopDate?: number;
  redriveCount?: number;
  redriveStatus?: string;
  redriveStatusReason?: string;
}

/** ResultWriter.WriterConfig. */
export interface WriterConfig {
  transformation: "NONE" | "COMPACT" | "FLATTEN";
  outputType: "JSON" | "JSONL";
}

const transformations = ["NONE", "COMPACT", "FLATTEN"] as const;
const outputTypes = ["JSON", "JSONL"] as const;

/** Reads a WriterConfig; undefined stands for none. @throws StateFailure States.ResultWriterFailed */
export function writerConfig(given: unknown): WriterConfig {
  const config = isObject(given) ? given : {};
  return {
    transformation: oneOf(transformations, config["Transformation"] ?? "NONE", "Transformation"),
    outputType: oneOf(outputTypes, config["OutputType"] ?? "JSON", "OutputType"),
  };
}

function oneOf<T extends string>(words: readonly T[], given: unknown, field: string): T {
  const found = words.find((word) => word === given);
  if (found === undefined) throw writerFailed(`WriterConfig.${field} must be one of ${words.join(", ")}.`);
  return found;
}

/**
 * What a result becomes in a file or in the state's output, as JSON texts: one, but several for an array that is
 * flattened. Executions that did not succeed keep what is known of them, whatever the transformation.
 * Source: "ResultWriter (Map)" in the Step Functions developer guide.
 */
export function transformed(result: ChildResult, { transformation }: WriterConfig): string[] {
  if (transformation === "NONE" || result.status !== "SUCCEEDED") return [JSON.stringify(record(result))];
  const output = result.output ?? "null";
  if (transformation === "COMPACT") return [output];
  const value: unknown = JSON.parse(output);
  return Array.isArray(value) ? value.map((element) => JSON.stringify(element)) : [output];
}

/**
 * The output of a state whose ResultWriter has a WriterConfig and writes to no bucket: an array, or text of JSON Lines.
 * @returns JSON text
 */
export function transformedOutput(results: Iterable<ChildResult>, config: WriterConfig): string {
  const texts = [...results].flatMap((result) => transformed(result, config));
  return config.outputType === "JSON" ? `[${texts.join(",")}]` : JSON.stringify(texts.join("\n"));
}

/** An execution in AWS's words and order; what is not known is left out. */
function record(result: ChildResult): object {
  const succeeded = result.status === "SUCCEEDED";
  const started = result.executionArn !== undefined;
  return {
    Cause: result.cause,
    Error: result.error,
    ExecutionArn: result.executionArn,
    Input: result.input,
    InputDetails: { Included: true },
    Name: result.name,
    Output: result.output,
    OutputDetails: result.output === undefined ? undefined : { Included: true },
    RedriveCount: started ? (result.redriveCount ?? 0) : undefined,
    RedriveStatus: result.redriveStatus ?? (succeeded ? "NOT_REDRIVABLE" : undefined),
    RedriveStatusReason:
      result.redriveStatusReason ?? (succeeded ? "Execution is SUCCEEDED and cannot be redriven" : undefined),
    StartDate: date(result.startDate),
    StateMachineArn: result.stateMachineArn,
    Status: result.status,
    StopDate: date(result.stopDate),
  };
}

function date(moment: number | undefined): string | undefined {
  return moment === undefined ? undefined : new Date(moment).toISOString();
}
