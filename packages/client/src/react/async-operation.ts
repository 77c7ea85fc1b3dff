import { isFinal, type Run } from "@longhaul/kit";
import { RunFailed } from "../errors.js";
import type { Longhaul } from "../longhaul.js";
import type { StartedRun } from "../types.js";
import { followedRun } from "./run-store.js";

/** Where an operation is; what there is to show depends on it. */
export type AsyncOperationState<Output> =
  | { readonly status: "idle" }
  | { readonly status: "starting" }
  /** `run` is null until something has been heard of it. */
  | { readonly status: "running"; readonly runId: string; readonly run: Run | null }
  | { readonly status: "succeeded"; readonly runId: string; readonly run: Run; readonly output: Output }
  /** `error` is a RunFailed when the run has ended so, and a LonghaulError when it could not be started or seen. */
  | {
      readonly status: "failed";
      readonly runId: string | null;
      readonly run: Run | null;
      readonly error: Error;
    };

export interface AsyncOperationHandlers<Output> {
  onSuccess?(output: Output, run: Run): void;
  onError?(error: Error): void;
}

export type KeyValueStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface Memory {
  readonly key: string;
  readonly store: KeyValueStore;
}

/** What is remembered of an operation; `told` once its callbacks have been called. */
interface Remembered {
  runId: string;
  told: boolean;
}

/** What starts a run, like `workflows.dataImport.start`. `output` is not called: by it the output's type is known. */
export type Start<Args extends readonly unknown[], Output> = (
  ...args: Args
) => Promise<Pick<StartedRun, "runId"> & Partial<Pick<StartedRun<Output>, "output">>>;

/** One run after the other that a page starts and follows to its end. */
export class AsyncOperation<Args extends readonly unknown[], Output> {
  #state: AsyncOperationState<Output> = { status: "idle" };
  #leave = () => {};
  readonly #listeners = new Set<() => void>();

  /** @param handlers asked for at the end, so that it is the handlers of then that are called */
  constructor(
    private readonly longhaul: Longhaul,
    private readonly handlers: () => AsyncOperationHandlers<Output>,
    private readonly memory: Memory | null,
  ) {}

  get = (): AsyncOperationState<Output> => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Starts a run; does nothing while one is under way. Resolves when the start has been answered, and never rejects. */
  async execute(start: Start<Args, Output>, args: Args): Promise<void> {
    if (this.#state.status === "starting" || this.#state.status === "running") return;
    this.#forget();
    this.#set({ status: "starting" });
    const before = this.#state;
    try {
      const { runId } = await start(...args);
      // Reset in the meantime: the run goes on, nobody here waits for it.
      if (this.#state !== before) return;
      this.#remember({ runId, told: false });
      this.#follow(runId, false);
    } catch (thrown) {
      if (this.#state === before) this.#fail(null, null, toError(thrown), true);
    }
  }

  /** Takes up what was under way before the page was loaded again; gives how to let go of it. */
  resume(): () => void {
    const remembered = this.#recall();
    if (remembered && this.#state.status === "idle") this.#follow(remembered.runId, remembered.told);
    return () => this.#leave();
  }

  /** Back to idle; a run that is under way goes on by itself. */
  reset(): void {
    this.#leave();
    this.#forget();
    this.#set({ status: "idle" });
  }

  #follow(runId: string, told: boolean): void {
    const followed = followedRun(this.longhaul, runId);
    const look = () => {
      const { run, error } = followed.get();
      if (run && isFinal(run.status)) this.#end(run, told);
      else if (error) this.#fail(runId, run, toError(error), !told);
      else this.#set({ status: "running", runId, run });
    };
    this.#leave();
    const unsubscribe = followed.subscribe(look);
    this.#leave = () => {
      unsubscribe();
      this.#leave = () => {};
      // Who comes back (React mounts twice in development) takes it up from the memory or from where it stands.
      if (this.#state.status === "running") this.#state = { status: "idle" };
    };
    look();
  }

  #end(run: Run, told: boolean): void {
    this.#stopFollowing();
    this.#remember({ runId: run.id, told: true });
    if (run.status !== "succeeded") {
      return this.#fail(run.id, run, new RunFailed(run as RunFailed["run"]), !told);
    }
    const output = run.output as Output;
    this.#set({ status: "succeeded", runId: run.id, run, output });
    if (!told) this.handlers().onSuccess?.(output, run);
  }

  #fail(runId: string | null, run: Run | null, error: Error, tell: boolean): void {
    this.#stopFollowing();
    this.#set({ status: "failed", runId, run, error });
    if (tell) this.handlers().onError?.(error);
  }

  #stopFollowing(): void {
    const leave = this.#leave;
    this.#leave = () => {};
    leave();
  }

  #set(state: AsyncOperationState<Output>): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  #recall(): Remembered | null {
    try {
      const text = this.memory?.store.getItem(this.memory.key);
      const value = JSON.parse(text ?? "null") as Partial<Remembered> | null;
      return typeof value?.runId === "string" ? { runId: value.runId, told: value.told === true } : null;
    } catch {
      return null;
    }
  }

  #remember(remembered: Remembered): void {
    try {
      this.memory?.store.setItem(this.memory.key, JSON.stringify(remembered));
    } catch {
      // Storage is full or forbidden: a reload will not find the run.
    }
  }

  #forget(): void {
    try {
      this.memory?.store.removeItem(this.memory.key);
    } catch {
      // As above.
    }
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
