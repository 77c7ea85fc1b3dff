import { randomKey } from "@longhaul/client";
import type { TRPCClient } from "@trpc/client";
import type { AppRouter } from "../../lib/trpc.js";
import type { StartOptions } from "./start-options.js";

interface Start extends StartOptions {
  input: unknown;
  idempotencyKey: string;
}

interface Starter {
  start: {
    mutate(call: Start): Promise<{ runId: string; created: boolean }>;
  };
}

/**
 * Starts a run of the workflow whose procedures have the key `key`. The form knows its fields from the
 * contract at run time only, so the exact input type is left to the server, which parses by the contract.
 */
export function startRun(
  client: TRPCClient<AppRouter>,
  key: string,
  call: Start,
): Promise<{ runId: string; created: boolean }> {
  const starters = client.workflows as unknown as Record<string, Starter>;
  const starter = starters[key];
  if (!starter) throw new Error("This workflow cannot be started from here.");
  return starter.start.mutate(call);
}

/** Makes the keys of starts: sending the same input again, after an answer got lost, starts nothing twice. */
export function createKeys(): (input: unknown) => string {
  let last = { input: "", key: "" };
  return (input) => {
    const text = JSON.stringify(input);
    if (text !== last.input) last = { input: text, key: randomKey() };
    return last.key;
  };
}
