import { toLonghaulError } from "../errors.js";
import { openLive } from "../live/open-live.js";
import { addUpdate, emptyLog, lastSeq, type RunLog } from "../live/run-log.js";
import { createRunSource } from "../live/run-source.js";
import type { Longhaul } from "../longhaul.js";

/** A run as its watchers see it; `error` says why there is nothing more to see. */
export interface RunView extends RunLog {
  readonly error: unknown;
}

/** A burst of messages is drawn once. */
const drawMs = 100;
/** How long a run that nobody looks at is remembered, so that whoever comes back need not read it all again. */
const rememberMs = 30_000;

export const emptyView: RunView = { ...emptyLog, error: null };

/** One run that the page follows, once for all who look at it. */
export class FollowedRun {
  #view: RunView = emptyView;
  #latest: RunView = emptyView;
  #drawing: ReturnType<typeof setTimeout> | undefined;
  #close: (() => void) | null = null;
  #forget: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly longhaul: Longhaul,
    readonly runId: string,
    private readonly onForgotten: () => void,
  ) {}

  get = (): RunView => this.#view;

  subscribe = (listener: () => void): (() => void) => {
    clearTimeout(this.#forget);
    this.#listeners.add(listener);
    this.#close ??= this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#leave();
    };
  };

  /** Goes on following a run that had ended: somebody has retried it. */
  reopen = (): void => {
    if (!this.#close) return;
    this.#close();
    this.#close = this.#open();
  };

  #open(): () => void {
    const { client, transport } = this.longhaul.connection;
    const source = createRunSource({
      client,
      runId: this.runId,
      after: lastSeq(this.#latest),
      receive: (update) => this.#set({ ...addUpdate(this.#latest, update), error: null }),
    });
    return openLive(transport, source, (error) => {
      if (error !== null) this.#set({ ...this.#latest, error: toLonghaulError(error) });
    });
  }

  #leave(): void {
    this.#close?.();
    this.#close = null;
    this.#forget = setTimeout(this.onForgotten, rememberMs);
  }

  #set(view: RunView): void {
    this.#latest = view;
    if (this.#view === emptyView) return this.#draw();
    this.#drawing ??= setTimeout(() => this.#draw(), drawMs);
  }

  #draw(): void {
    clearTimeout(this.#drawing);
    this.#drawing = undefined;
    this.#view = this.#latest;
    for (const listener of [...this.#listeners]) listener();
  }
}

const stores = new WeakMap<Longhaul, Map<string, FollowedRun>>();

/** The run as this client's page follows it: the same object for everyone who asks. */
export function followedRun(longhaul: Longhaul, runId: string): FollowedRun {
  const runs = stores.get(longhaul) ?? new Map<string, FollowedRun>();
  stores.set(longhaul, runs);
  const run = runs.get(runId) ?? new FollowedRun(longhaul, runId, () => runs.delete(runId));
  runs.set(runId, run);
  return run;
}
