import type { Outcome } from "@longhaul/db";
import { type Json, runErrorOf } from "@longhaul/kit";
import { contractOf } from "./catalogue.js";
import type { Execution } from "./execution.js";

/** How a run ends by the way its execution ended; null while it has not. */
export function outcomeOf(workflow: string, execution: Execution): Outcome | null {
  switch (execution.status) {
    case "RUNNING":
    case "PENDING_REDRIVE":
      return null;
    case "SUCCEEDED":
      return succeeded(workflow, execution.output);
    case "FAILED":
      return { status: "failed", error: runErrorOf(execution) };
    case "TIMED_OUT":
      return { status: "timed_out", error: timeout(execution) };
    case "ABORTED":
      return { status: "cancelled" };
  }
}

/** An output is shown as the contract has it, so one that does not fit is a failure of the workflow. */
function succeeded(workflow: string, text: string | undefined): Outcome {
  const contract = contractOf(workflow);
  const output = parse(text);
  if (!contract) return { status: "succeeded", output };
  const checked = contract.output.safeParse(output);
  if (checked.success)
    return { status: "succeeded", output: JSON.parse(JSON.stringify(checked.data)) as Json };
  const cause = checked.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n");
  const message = "The run came to its end, but its result is not what the workflow promises.";
  return { status: "failed", error: { code: "OUTPUT_INVALID", message, cause } };
}

function parse(text: string | undefined): Json {
  try {
    return text === undefined ? null : (JSON.parse(text) as Json);
  } catch {
    return null;
  }
}

function timeout({ error, cause }: Execution) {
  const details = [error, cause].filter(Boolean).join(": ");
  return {
    code: "RUN_TIMED_OUT",
    message: "The run took longer than it may.",
    ...(details ? { cause: details } : {}),
  };
}
