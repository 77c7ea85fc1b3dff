/** How changes come, best first. */
export type LiveMode = "socket" | "stream" | "poll";
export type LiveStatus = "connecting" | "live" | "polling" | "retrying";

export interface LiveState {
  readonly mode: LiveMode;
  readonly status: LiveStatus;
}

/** A WebSocket that has worked is given longer: the server is being restarted, not blocked. */
const patience = { unproven: 2, proven: 6 };
const probeMs = 30_000;

/**
 * Decides by what gets through how changes come: WebSocket, else server-sent events, else polling. While on a
 * fallback it tries from time to time whether a WebSocket opens again.
 *
 * @param probe Resolves to whether a WebSocket can be opened now; null where the platform has none.
 */
export class LiveTransport {
  #state: LiveState;
  #failures = 0;
  #socketProven = false;
  #views = 0;
  #probing: ReturnType<typeof setInterval> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly probe: (() => Promise<boolean>) | null) {
    this.#state = { mode: probe ? "socket" : "stream", status: "connecting" };
  }

  get = (): LiveState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** A live view is open until the returned function is called. */
  enter(): () => void {
    this.#views += 1;
    // How the last view was left says nothing of the connection now.
    if (this.#views === 1) this.#set({ mode: this.#state.mode, status: "connecting" });
    this.#watchForSocket();
    return () => {
      this.#views -= 1;
      this.#watchForSocket();
    };
  }

  /** Something came through by `mode`. */
  reached(mode: LiveMode): void {
    if (mode !== this.#state.mode) return;
    this.#failures = 0;
    if (mode === "socket") this.#socketProven = true;
    const recovered = this.#state.status === "retrying";
    this.#set({ mode, status: mode === "poll" ? "polling" : "live" });
    if (mode !== "socket" && recovered) void this.#tryReturn();
  }

  /** A connection by `mode` broke or could not be made; one that stayed silent counts for more. */
  failed(mode: LiveMode, weight = 1): void {
    if (mode !== this.#state.mode || this.#views === 0) return;
    this.#failures += weight;
    const limit = mode === "socket" && this.#socketProven ? patience.proven : patience.unproven;
    if (mode !== "poll" && this.#failures >= limit) {
      this.#switchTo(mode === "socket" ? "stream" : "poll");
    } else {
      this.#set({ mode, status: "retrying" });
    }
  }

  #switchTo(mode: LiveMode): void {
    this.#failures = 0;
    this.#socketProven = false;
    this.#set({ mode, status: this.#state.status === "connecting" ? "connecting" : "retrying" });
    this.#watchForSocket();
  }

  #set(state: LiveState): void {
    if (state.mode === this.#state.mode && state.status === this.#state.status) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  #watchForSocket(): void {
    const wanted = this.probe !== null && this.#views > 0 && this.#state.mode !== "socket";
    if (wanted && !this.#probing) this.#probing = setInterval(() => void this.#tryReturn(), probeMs);
    if (!wanted && this.#probing) {
      clearInterval(this.#probing);
      this.#probing = undefined;
    }
  }

  async #tryReturn(): Promise<void> {
    if ((await this.probe?.()) && this.#state.mode !== "socket") this.#switchTo("socket");
  }
}
