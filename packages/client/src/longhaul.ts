import type { AppRouter } from "@longhaul/api";
import type { TRPCClient } from "@trpc/client";
import { type Connection, type ConnectionOptions, createConnection, type TokenSource } from "./connection.js";
import { withErrors } from "./errors.js";
import { sendStart } from "./start.js";
import type { RunsClient, StartedRun, StartOptions, WorkflowClients } from "./types.js";
import { type WaitOptions, waitForOutput } from "./wait.js";
import { type WatchOptions, watchRun } from "./watch.js";

export interface LonghaulOptions extends Omit<ConnectionOptions, "token"> {
  /** A Supabase access token, or what gives one that is good for now; it is asked for at each call. */
  token: string | TokenSource;
}

export interface Longhaul {
  /** Every workflow under its name in camelCase: `longhaul.workflows.dataImport.start(input)`. */
  readonly workflows: WorkflowClients;
  readonly runs: RunsClient;
  /** Every procedure of the API as tRPC's client gives it. */
  readonly api: TRPCClient<AppRouter>;
  readonly connection: Connection;
  /** Lets go of the connection; what is watched ends. */
  close(): void;
}

/**
 * A client of Longhaul for scripts, workers and pages: Node, Deno, Lambda and browsers.
 *
 * @example
 * const longhaul = createLonghaul({ url: "https://longhaul.example.com", token });
 * const result = await longhaul.workflows.dataImport.startAndWait({ file, name: "March" });
 */
export function createLonghaul({ token, ...options }: LonghaulOptions): Longhaul {
  const connection = createConnection({
    ...options,
    token: typeof token === "string" ? () => token : token,
  });
  return {
    workflows: workflowClients(connection),
    runs: runsClient(connection),
    api: connection.client,
    connection,
    close: () => connection.close(),
  };
}

function runsClient(connection: Connection): RunsClient {
  const { runs } = connection.client;
  return {
    get: (runId) => withErrors(runs.get.query({ runId })),
    list: (options = {}) => withErrors(runs.list.query(options)),
    watch: (runId, options) => watchRun(connection, runId, options),
    output: (runId, options) => waitForOutput(connection, runId, options),
    cancel: (runId) => withErrors(runs.cancel.mutate({ runId })),
    retry: (runId) => withErrors(runs.retry.mutate({ runId })),
    pin: (runId, pinned = true) => withErrors(runs.pin.mutate({ runId, pinned })),
    rerun: (runId, options) => withErrors(runs.rerun.mutate({ ...options, runId })),
    rerunFrom: (runId, options) => withErrors(runs.rerunFrom.mutate({ ...options, runId })),
  };
}

/**
 * The API decides which workflows there are, so that a client need not load their contracts. What it parses and
 * what a run ends with is typed by the contract; here that can only be asserted.
 */
function workflowClients(connection: Connection): WorkflowClients {
  return new Proxy({} as WorkflowClients, {
    // Whoever awaits this object must not find a promise in it.
    get: (_, key) =>
      typeof key === "string" && key !== "then" ? workflowClient(connection, key) : undefined,
  });
}

function workflowClient(connection: Connection, workflow: string) {
  async function start(input: unknown, options: StartOptions = {}): Promise<StartedRun> {
    const started = await withErrors(sendStart(connection.client, workflow, input, options));
    const { runId } = started;
    return {
      ...started,
      watch: (options) => watchRun(connection, runId, options),
      output: (options) => waitForOutput(connection, runId, options),
      cancel: () => withErrors(connection.client.runs.cancel.mutate({ runId })),
    };
  }
  return {
    start,
    async startAndWait(input: unknown, { timeoutMs, ...options }: StartOptions & WaitOptions = {}) {
      const run = await start(input, options);
      return run.output({ timeoutMs, signal: options.signal });
    },
    watch: (runId: string, options?: WatchOptions) => watchRun(connection, runId, options),
  };
}
