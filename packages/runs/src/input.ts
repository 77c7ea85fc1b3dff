import { type Capability, type Contract, fileFields, type Json } from "@longhaul/kit";
import { contractOf } from "./catalogue.js";
import { type InputIssue, RunsRefusal, toInputIssue } from "./refusal.js";

/** The largest input of a run as JSON in UTF-8; Step Functions takes 262,144 bytes with everything around it. */
export const maxInputBytes = 200_000;

export interface ParsedInput {
  /** As the contract's schema gives it, defaults filled in. */
  value: Json;
  /** The artifacts that it names. */
  artifactIds: string[];
}

/**
 * Checks what a person entered against the contract.
 *
 * @throws RunsRefusal INPUT_TOO_LARGE, or INPUT_INVALID with an issue per field.
 */
export function parseInput(
  contract: Contract,
  input: unknown,
  capabilities: ReadonlySet<Capability>,
): ParsedInput {
  refuseTooLarge(input);
  refuseHidden(contract, input, capabilities);
  const parsed = contract.input.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error.issues.map(toInputIssue));
  // What is stored and sent is JSON; a field that is undefined is a field that is not there.
  const text = JSON.stringify(parsed.data);
  refuseTooLarge(parsed.data);
  refuseUnstorable(text);
  return { value: JSON.parse(text) as Json, artifactIds: idsIn(contract, parsed.data) };
}

/** The ids of the files that a stored input of `workflow` names. */
export function inputFiles(workflow: string, input: Json): string[] {
  const contract = contractOf(workflow);
  return contract && isObject(input) ? idsIn(contract, input) : [];
}

function idsIn(contract: Contract, input: Readonly<Record<string, unknown>>): string[] {
  return fileFields(contract)
    .flatMap((field) => input[field])
    .filter((id): id is string => typeof id === "string");
}

function refuseTooLarge(input: unknown): void {
  const bytes = Buffer.byteLength(toText(input));
  if (bytes <= maxInputBytes) return;
  throw new RunsRefusal(
    "INPUT_TOO_LARGE",
    `The input has ${Math.ceil(bytes / 1000)} kB; the most is ${maxInputBytes / 1000} kB. Upload large data as a file.`,
  );
}

function toText(input: unknown): string {
  try {
    return JSON.stringify(input) ?? "";
  } catch {
    // Tens of thousands of brackets: the parser takes them, every recursion after it runs out of stack.
    throw invalid([{ path: [], message: "The input is nested too deeply." }]);
  }
}

/** Fields of a capability that is off are refused, not ignored: whoever sends them counts on them. */
function refuseHidden(contract: Contract, input: unknown, capabilities: ReadonlySet<Capability>): void {
  if (!isObject(input)) return;
  const issues = Object.entries(contract.capabilities ?? {})
    .filter(([capability]) => !capabilities.has(capability as Capability))
    .flatMap(([capability, fields]) =>
      fields
        .filter((field) => input[field] !== undefined)
        .map((field) => ({ path: [field], message: `"${field}" works only where ${capability} is on.` })),
    );
  if (issues.length > 0) throw invalid(issues);
}

/** Postgres keeps no NUL character and no half of a surrogate pair in JSON. */
function refuseUnstorable(text: string): void {
  if (!/\\u0000|\\ud[89a-f][0-9a-f]{2}/i.test(text.replaceAll("\\\\", ""))) return;
  throw invalid([{ path: [], message: "The input has characters that cannot be stored." }]);
}

function invalid(issues: readonly InputIssue[]): RunsRefusal {
  const message = issues.map(({ message }) => message).find(Boolean) ?? "The input is not valid.";
  return new RunsRefusal("INPUT_INVALID", message, issues);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
