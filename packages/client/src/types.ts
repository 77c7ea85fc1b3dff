import type {
  AppRouter,
  CamelCase,
  RunDetails,
  RunPage,
  RunTexts,
  RunUpdate as ToldUpdate,
  RunUpdateOf as ToldUpdateOf,
  Started,
} from "@longhaul/api";
import type { Contract, ContractOutput } from "@longhaul/kit";
import type { contracts } from "@longhaul/workflows/contracts";
import type { inferRouterInputs } from "@trpc/server";
import type { z } from "zod";
import type { WaitOptions } from "./wait.js";
import type { WatchOptions } from "./watch.js";

type Inputs = inferRouterInputs<AppRouter>;
type Contracts = typeof contracts;

interface Written {
  /** What steps have just written of texts that are not in the log; who was not there has missed it. */
  text?: RunTexts["text"] | undefined;
}

/** A run as it is now, and what has come since the last update: its events, oldest first and without a gap, or texts. */
export type RunUpdate = ToldUpdate & Written;
/** The same of a run of one workflow. */
export type RunUpdateOf<C extends Contract> = ToldUpdateOf<C> & Written;

/** What goes with a start besides the input. The same idempotency key and input give the same run. */
export type StartOptions = Omit<Inputs["workflows"]["dataImport"]["start"], "input"> & {
  signal?: AbortSignal | undefined;
};

export type RerunOptions = Omit<Inputs["runs"]["rerun"], "runId">;
export type RerunFromOptions = Omit<Inputs["runs"]["rerunFrom"], "runId">;

/** Which runs a list has, and where it goes on. */
export type ListOptions = Inputs["runs"]["list"];

/** A run that was started: by whoever holds this it can be followed, waited for and cancelled. */
export interface StartedRun<Output = unknown, Update = RunUpdate> {
  readonly runId: string;
  /** False when the idempotency key had started this run before. */
  readonly created: boolean;
  watch(options?: WatchOptions): AsyncGenerator<Update, void>;
  /** The output of the run, once it has ended. @throws RunFailed, WaitTimeout, LonghaulError */
  output(options?: WaitOptions): Promise<Output>;
  cancel(): Promise<{ ended: boolean }>;
}

/** One workflow, with the types of its contract. */
export interface WorkflowClient<C extends Contract> {
  /** Resolves once the run is stored, and so cannot be lost. @throws LonghaulError */
  start(
    input: z.input<C["input"]>,
    options?: StartOptions,
  ): Promise<StartedRun<ContractOutput<C>, RunUpdateOf<C>>>;
  /** Starts a run and waits for its output. @throws RunFailed, WaitTimeout, LonghaulError */
  startAndWait(input: z.input<C["input"]>, options?: StartOptions & WaitOptions): Promise<ContractOutput<C>>;
  /** Each change of a run, from the first event or from `after` on, until the run has ended. */
  watch(runId: string, options?: WatchOptions): AsyncGenerator<RunUpdateOf<C>, void>;
}

/** Every workflow under its name in camelCase. */
export type WorkflowClients = {
  readonly [Name in keyof Contracts as CamelCase<Name>]: WorkflowClient<Contracts[Name]>;
};

/** Runs of whatever workflow. Each call may throw a LonghaulError. */
export interface RunsClient {
  get(runId: string): Promise<RunDetails>;
  /** Newest first; `nextCursor` asks for the next page as `cursor`. */
  list(options?: ListOptions): Promise<RunPage>;
  /** Each change of a run, from the first event or from `after` on, until the run has ended. */
  watch(runId: string, options?: WatchOptions): AsyncGenerator<RunUpdate, void>;
  /** The output of the run, once it has ended. @throws RunFailed, WaitTimeout */
  output(runId: string, options?: WaitOptions): Promise<unknown>;
  /** `ended` is false while the run is still stopping. */
  cancel(runId: string): Promise<{ ended: boolean }>;
  /** Goes on with a run that has ended without success, from where it stood: its next attempt. */
  retry(runId: string): Promise<{ attempt: number }>;
  /** Keeps a run until it is unpinned. */
  pin(runId: string, pinned?: boolean): Promise<{ pinned: boolean; expiresAt: string | null }>;
  /** Starts a new run with the same input. */
  rerun(runId: string, options?: RerunOptions): Promise<Started>;
  /** Starts a new run that goes on from a step, with what the steps before it gave, edited where wanted. */
  rerunFrom(runId: string, options: RerunFromOptions): Promise<Started>;
}

export type { RunDetails, RunPage };
