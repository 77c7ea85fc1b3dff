import type { OverrideCall, Overrides } from "../ports.js";
import type { Clock } from "../shell/clock.js";
import { failureOf } from "./overrides.js";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- parameters are what the machine makes of them
type Answer = (parameters: any) => unknown;

/**
 * Answers a task that waits for its token: what it returns is sent with SendTaskSuccess, what it throws with
 * SendTaskFailure; `afterSeconds` later on the engine's clock.
 */
export type Callback = Answer | { afterSeconds: number; answer: Answer };

type Handle = (operation: string, request: unknown) => Promise<unknown>;

/** Sends the answers of callbacks. The tasks themselves are called as ever, so this overrides nothing. */
export function answeringCallbacks(
  callbacks: Record<string, Callback>,
  clock: Clock,
  handle: Handle,
): Overrides {
  return ({ stateName, taskToken, parameters }: OverrideCall) => {
    const callback = Object.hasOwn(callbacks, stateName) ? callbacks[stateName] : undefined;
    if (callback === undefined || taskToken === null) return undefined;
    const { afterSeconds, answer } =
      typeof callback === "function" ? { afterSeconds: 0, answer: callback } : callback;
    // An alarm of the clock, so that moving it waits for the answer.
    clock.at(clock.now() + afterSeconds * 1000, () => send(handle, taskToken, () => answer(parameters)));
    return undefined;
  };
}

async function send(handle: Handle, taskToken: string, answer: () => unknown): Promise<void> {
  let operation: [string, object];
  try {
    const output = JSON.stringify((await answer()) ?? null);
    operation = ["SendTaskSuccess", { taskToken, output }];
  } catch (thrown) {
    const { error, cause } = failureOf(thrown);
    operation = ["SendTaskFailure", { taskToken, error, ...(cause === undefined ? {} : { cause }) }];
  }
  // The task may have timed out or its execution ended before the answer: then nobody waits for it.
  await handle(...operation).catch(() => {});
}
