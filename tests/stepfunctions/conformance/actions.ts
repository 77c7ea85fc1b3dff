import { isRecord } from "./json.js";

/** What the caller does with an execution: stops it while it runs, or (in our own cases) redrives it when it has ended. */
export interface Action {
  name: "StopExecution" | "RedriveExecution";
  afterSeconds: number;
  error?: string;
  cause?: string;
}

/**
 * Reads the actions of a case: one or a list, each the operation's name or an object that holds it, with its request in
 * `request` or beside it.
 */
export function actionsOf(actions: unknown): Action[] {
  if (actions === undefined || actions === null) return [];
  return (Array.isArray(actions) ? (actions as unknown[]) : [actions]).map((action) => {
    const members: Record<string, unknown> = isRecord(action)
      ? { ...action, ...(isRecord(action.request) ? action.request : {}) }
      : { action };
    const said = [...Object.keys(members), ...Object.values(members)];
    const name = (["StopExecution", "RedriveExecution"] as const).find((one) => said.includes(one));
    if (name === undefined) throw new Error(`the runner does not know the action ${JSON.stringify(action)}`);
    const { afterSeconds, error, cause } = members;
    return {
      name,
      afterSeconds: typeof afterSeconds === "number" ? afterSeconds : 0,
      ...(typeof error === "string" ? { error } : {}),
      ...(typeof cause === "string" ? { cause } : {}),
    };
  });
}
