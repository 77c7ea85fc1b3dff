import { compileTemplate, type Template } from "../language/template.js";
import { functionOf, INVOKE } from "./function-name.js";
import type { Catcher, Machine, Next, Resource, Result, Retrier, State } from "./machine.js";

type Json = Record<string, unknown>;

/**
 * Compiles a definition.
 * @param definition parsed and without errors (validation.ts)
 */
export function compileMachine(definition: Json): Machine {
  const states = Object.entries(definition.States as Record<string, Json>);
  return {
    startAt: definition.StartAt as string,
    timeoutSeconds: (definition.TimeoutSeconds as number | undefined) ?? null,
    states: new Map(
      states.map(([name, state]) => [name, compileState(name, state, queryLanguage(definition, state))]),
    ),
  };
}

/** The query language that a state names: its own, or the machine's, or JSONPath. */
export function queryLanguage(definition: Json, state: Json): string {
  return (state.QueryLanguage ?? definition.QueryLanguage ?? "JSONPath") as string;
}

function compileState(name: string, state: Json, language: string): State {
  const field = (value: unknown): Template | null => (value === undefined ? null : compileTemplate(value));
  const literal = (value: unknown): Template | null =>
    value === undefined ? null : { kind: "literal", value };
  // A JSONPath state that passed validation has no data flow but Result and plain values: its strings are no expressions.
  const read = language === "JSONata" ? field : literal;
  const result = (from: Json): Result => ({
    output: read(from.Output === undefined ? from.Result : from.Output),
    assign: Object.entries((from.Assign as Json | undefined) ?? {}).map(([key, value]) => [
      key,
      compileTemplate(value),
    ]),
  });
  switch (state.Type) {
    case "Pass":
      return { type: "Pass", name, ...result(state), next: nextOf(state) };
    case "Succeed":
      return { type: "Succeed", name, ...result(state) };
    case "Fail":
      return { type: "Fail", name, error: read(state.Error), cause: read(state.Cause) };
    case "Wait":
      return {
        type: "Wait",
        name,
        ...result(state),
        seconds: read(state.Seconds),
        timestamp: read(state.Timestamp),
        next: nextOf(state),
      };
    case "Choice":
      return {
        type: "Choice",
        name,
        ...result(state),
        rules: (state.Choices as Json[]).map((rule) => ({
          ...result(rule),
          condition: compileTemplate(rule.Condition),
          next: rule.Next as string,
        })),
        default: (state.Default as string | undefined) ?? null,
      };
    case "Task":
      return {
        type: "Task",
        name,
        ...result(state),
        resource: resourceOf(state.Resource as string),
        arguments: read(state.Arguments),
        timeoutSeconds: read(state.TimeoutSeconds),
        heartbeatSeconds: read(state.HeartbeatSeconds),
        retriers: ((state.Retry as Json[] | undefined) ?? []).map(retrier),
        catchers: ((state.Catch as Json[] | undefined) ?? []).map(
          (from): Catcher => ({
            ...result(from),
            errors: from.ErrorEquals as string[],
            next: from.Next as string,
          }),
        ),
        next: nextOf(state),
      };
    default:
      throw new Error(`state '${name}' is of the type ${String(state.Type)}, which is not supported`);
  }
}

function nextOf(state: Json): Next {
  return state.End === true ? "end" : { state: state.Next as string };
}

function resourceOf(arn: string): Resource {
  if (arn === INVOKE) return { kind: "invoke" };
  return { kind: "function", arn, ...functionOf(arn) };
}

function retrier(from: Json): Retrier {
  return {
    errors: from.ErrorEquals as string[],
    intervalSeconds: (from.IntervalSeconds as number | undefined) ?? 1,
    maxAttempts: (from.MaxAttempts as number | undefined) ?? 3,
    backoffRate: (from.BackoffRate as number | undefined) ?? 2,
    maxDelaySeconds: (from.MaxDelaySeconds as number | undefined) ?? null,
    fullJitter: from.JitterStrategy === "FULL",
  };
}
