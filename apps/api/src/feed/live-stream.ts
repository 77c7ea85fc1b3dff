import { tracked } from "@trpc/server";
import { toTrpcError } from "../errors.js";
import type { Message } from "./message.js";
import type { Viewer } from "./viewer.js";

/** Whoever brings what is new in a view to its watcher. */
export interface Listener {
  /** Asking the view is worthwhile again. */
  hear(): void;
}

/**
 * What one subscription shows. It keeps only the place that its watcher has got to: what is new is taken from it
 * when the watcher has room for it, so that a slow one costs no memory.
 */
export abstract class View<T> {
  listener: Listener | null = null;
  #ended: Error | null = null;

  constructor(readonly viewer: Viewer) {}

  /** Why this watcher may not go on, once that is known. */
  get ended(): Error | null {
    return this.#ended;
  }

  end(reason: Error): void {
    this.#ended ??= reason;
    this.tell();
  }

  /** There is something new. */
  tell(): void {
    this.listener?.hear();
  }

  /**
   * What is new and at hand; null until the next news, which this also asks the database for.
   *
   * @throws what the view has ended with
   */
  abstract take(): Message<T> | null;

  /** Whether everything has been said that will ever be said. */
  abstract get isOver(): boolean;

  /** Lets go of what is watched. */
  abstract close(): void;
}

/** A subscription's answer. Sockets open its view and push; everybody else goes through it as through any iterable. */
export class LiveStream<T> implements AsyncIterable<unknown> {
  constructor(
    readonly open: () => View<T>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, unknown> {
    const view = coded(this.open);
    const news = new News();
    view.listener = news;
    const { signal } = this;
    const onAbort = () => news.hear();
    signal?.addEventListener("abort", onAbort);
    try {
      while (!signal?.aborted) {
        news.forget();
        const message = view.take();
        if (message) yield message.id === null ? message.data : tracked(message.id, message.data);
        else if (view.isOver) return;
        else await news.next();
      }
    } catch (error) {
      // Errors inside a stream do not pass the procedures' middleware: this gives them their codes.
      throw toTrpcError(error);
    } finally {
      signal?.removeEventListener("abort", onAbort);
      view.close();
    }
  }
}

function coded<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw toTrpcError(error);
  }
}

/** Something that has come since it was last forgotten: it may come while what was taken is on its way. */
class News implements Listener {
  #come = false;
  #wake: () => void = () => {};

  hear(): void {
    this.#come = true;
    this.#wake();
  }

  forget(): void {
    this.#come = false;
  }

  /** Resolves at once where it has come already. */
  async next(): Promise<void> {
    if (this.#come) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
