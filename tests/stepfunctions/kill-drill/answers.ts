import type { Call } from "./client.js";
import type { Ledger, Token } from "./ledger.js";

export const refusalError = "Refused";

/**
 * Answers a task token once and writes down what became of it. A refusal is right only after an answer that was, or may have
 * been, counted, or when an activity's task had timed out; a second acknowledgement never is.
 */
export async function answer(ledger: Ledger, token: Token, value: string, call: Call): Promise<void> {
  const { entry, tries } = token;
  const outcome = { value, outcome: "unknown" as "acknowledged" | "refused" | "unknown" };
  const before = [...tries];
  tries.push(outcome);
  const [operation, request] = requestFor(token, value);
  const found = await call(operation, request);
  if (found.kind === "unknown") return;
  outcome.outcome = found.kind === "done" ? "acknowledged" : "refused";
  const counted = before.some((one) => one.outcome === "acknowledged");
  if (found.kind === "done" && counted)
    ledger.violations.push(`a second answer to a task of ${entry.name} was acknowledged`);
  if (found.kind === "done" || counted || entry.kind.answered === "activity") return;
  const maybe = ledger
    .tokensOf(entry)
    .some((one) => one.tries.some((a) => a !== outcome && a.outcome !== "refused"));
  if (!maybe)
    ledger.violations.push(
      `the task token that a worker of ${entry.name} was given is refused: ${found.error}: ${found.message}`,
    );
}

function requestFor({ token, entry }: Token, value: string): [string, object] {
  const taskToken = token;
  if (entry.kind.answered === "failure")
    return ["SendTaskFailure", { taskToken, error: refusalError, cause: value }];
  const output = JSON.stringify(entry.kind.answered === "activity" ? { n: 3 * entry.n } : { value });
  return ["SendTaskSuccess", { taskToken, output }];
}

export const isSettled = ({ tries }: Token): boolean => tries.some((one) => one.outcome !== "unknown");
