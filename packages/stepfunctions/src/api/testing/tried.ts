import { onTestFinished } from "vitest";
import type { EngineOptions } from "../../open.js";
import { Bench } from "./bench.js";

export type Answer = Record<string, unknown>;

/** An engine that closes when the test is over. */
export async function benched(options: Partial<EngineOptions> = {}): Promise<Bench> {
  const opened = await Bench.open(options);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

/** Tests a state; members of the request that are objects are sent as JSON text where AWS wants text. */
export async function tried(
  state: object,
  request: Answer = {},
  options: Partial<EngineOptions> = {},
): Promise<Answer> {
  const { input, context, variables, ...rest } = request;
  const texts = Object.entries({ input, context, variables }).filter(([, value]) => value !== undefined);
  const given = Object.fromEntries(texts.map(([name, value]) => [name, JSON.stringify(value)]));
  return (await benched(options)).handle("TestState", {
    definition: JSON.stringify(state),
    ...given,
    ...rest,
  });
}

/** A mock of a result. */
export function result(value: unknown): object {
  return { mock: { result: JSON.stringify(value) } };
}

export const task = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Parameters: { FunctionName: "f" },
};
export const failing = { mock: { errorOutput: { error: "Oops", cause: "It broke" } } };
