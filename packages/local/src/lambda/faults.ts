import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "@longhaul/stepfunctions";
import type { Outcome } from "./process.js";
import type { Invocation } from "./slot.js";

/** What happens to an invocation that a fault strikes. */
export type FaultKind =
  /** It fails with the fault's error, and the function is not run. */
  | "error"
  /** Lambda refuses it, as where too many run. */
  | "throttle"
  /** The function begins `seconds` later. */
  | "delay"
  /** The function's process is killed when it has run for `seconds`. */
  | "kill";

export interface FaultRequest {
  /** The name of a function. */
  readonly function: string;
  readonly kind: FaultKind;
  /**
   * Which invocations of a step it strikes, counted from 1 for each visit of the step in each run since the fault was set;
   * null is each. Of what is no step, all invocations are counted together.
   */
  readonly tries: readonly number[] | null;
  /** The one run that it strikes; null is any. */
  readonly run: string | null;
  /** What the function is said to have thrown. */
  readonly error: { readonly name: string; readonly message: string };
  readonly seconds: number;
}

export interface FunctionFault extends FaultRequest {
  readonly id: number;
  /** The same as a sentence. */
  readonly about: string;
}

/** Counts are forgotten beyond so many visits, the oldest first. */
const mostCounted = 100_000;

/** Faults of functions that a test or a developer asks for. They are kept in memory: a restart forgets them. */
export class FunctionFaults {
  readonly #faults = new Map<
    number,
    { readonly fault: FunctionFault; readonly counts: Map<string, number> }
  >();
  #numbers = 0;

  list(): readonly FunctionFault[] {
    return [...this.#faults.values()].map(({ fault }) => fault);
  }

  add(request: FaultRequest): FunctionFault {
    this.#numbers += 1;
    const fault = { ...request, id: this.#numbers, about: sentenceOf(request) };
    this.#faults.set(fault.id, { fault, counts: new Map() });
    return fault;
  }

  /** @returns whether it was there */
  remove(id: number): boolean {
    return this.#faults.delete(id);
  }

  clear(): void {
    this.#faults.clear();
  }

  /** Counts an invocation, and says which faults strike it, in the order in which they were set. */
  strike(functionName: string, payload: string): readonly FunctionFault[] {
    if (this.#faults.size === 0) return [];
    const concerned = [...this.#faults.values()].filter(({ fault }) => fault.function === functionName);
    if (concerned.length === 0) return [];
    const { run, visit } = visitOf(payload);
    return concerned
      .filter(({ fault, counts }) => {
        if (fault.run !== null && fault.run !== run) return false;
        return fault.tries === null || fault.tries.includes(count(counts, visit));
      })
      .map(({ fault }) => fault);
  }
}

/**
 * Runs an invocation as its faults want it.
 *
 * @throws AwsError TooManyRequestsException
 */
export async function runStruck(
  invocation: Invocation,
  faults: readonly FunctionFault[],
  how: {
    readonly run: (invocation: Invocation) => Promise<Outcome>;
    readonly kill: () => void;
    readonly closing: AbortSignal;
  },
): Promise<Outcome> {
  const pause = (seconds: number) => sleep(seconds * 1000, null, { signal: how.closing }).catch(() => null);
  let onSent: (() => void) | undefined;
  for (const { kind, error, seconds } of faults) {
    // Source: the errors of Invoke in the Lambda API reference.
    if (kind === "throttle") throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    if (kind === "error") {
      const errorMessage = messageOf(error, invocation.payload);
      return { kind: "error", error: { errorType: error.name, errorMessage } };
    }
    if (kind === "delay") await pause(seconds);
    else onSent = once(() => void pause(seconds).then(how.kill));
  }
  return how.run(onSent === undefined ? invocation : { ...invocation, onSent });
}

/**
 * What a step throws by these names says what a run ends with as JSON (thrownAs in packages/kit), and only so does a run
 * hear that trying again cannot help.
 */
function messageOf({ name, message }: FaultRequest["error"], payload: string): string {
  const { compensation, state } = Object(JSON.parse(payload)) as Record<string, unknown>;
  const step = compensation ?? state;
  const isTold = name === "FatalError" || name === "RetryableError";
  if (typeof step !== "string" || !isTold || message.startsWith("{")) return message;
  return JSON.stringify({
    code: "STEP_FAILED",
    message,
    step,
    ...(name === "FatalError" && { fatal: true }),
  });
}

function sentenceOf({ function: name, kind, tries, run, error, seconds }: FaultRequest): string {
  const what = {
    error: `fails with ${error.name}: ${error.message}`,
    throttle: "is refused as one too many",
    delay: `begins ${seconds} s later`,
    kill: `has its process killed after ${seconds} s`,
  }[kind];
  const when = tries === null ? "" : `, on try ${tries.join(", ")}`;
  const where = run === null ? "" : `, in run ${run}`;
  return `${name}${when}${where}${when + where === "" ? "" : ","} ${what}`;
}

/** What the process took down with it is run again, and need not die of the same fault. */
function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}

function count(counts: Map<string, number>, visit: string): number {
  const number = (counts.get(visit) ?? 0) + 1;
  counts.delete(visit);
  counts.set(visit, number);
  const [oldest] = counts.keys();
  if (counts.size > mostCounted && oldest !== undefined) counts.delete(oldest);
  return number;
}

/** The visit of a step that a payload is for. */
function visitOf(payload: string): { readonly run: unknown; readonly visit: string } {
  const { run, state, itemPath, visit } = Object(JSON.parse(payload)) as Record<string, unknown>;
  return { run, visit: JSON.stringify([run, state, itemPath, visit]) };
}
