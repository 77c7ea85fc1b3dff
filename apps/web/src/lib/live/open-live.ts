import { isLasting } from "../errors.js";
import type { LiveMode, LiveTransport } from "./transport.js";

export interface LiveHandlers {
  /** The feed is there, or sent something. */
  reached(): void;
  failed(error: unknown): void;
  /** The connection was lost; a socket comes back by itself and goes on where it was. */
  interrupted(error: unknown): void;
  /** The feed has said all it will ever say. */
  ended(): void;
}

/** Something that can be followed. It keeps itself what it has seen, and resumes from there. */
export interface LiveSource {
  open(on: LiveHandlers): { unsubscribe(): void };
  /** One look; resolves to true when nothing will come after it. */
  poll(): Promise<boolean>;
}

const retryMs = 1500;
const pollMs = 2000;
/** A proxy that swallows the stream does not fail: silence for this long counts as failure. */
const silenceMs = 6000;
const silenceWeight = 2;

/**
 * Follows `source` by whatever way the transport finds open, until it ends or the returned function is
 * called. A change of way reopens it where it was.
 */
export function openLive(transport: LiveTransport, source: LiveSource): () => void {
  let mode: LiveMode | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let feed: { unsubscribe(): void } | null = null;
  // Handlers of a feed that was left may still be called: only those of this round count.
  let round = 0;

  function leaveFeed(): void {
    round += 1;
    clearTimeout(timer);
    feed?.unsubscribe();
    feed = null;
  }

  function openFeed(by: LiveMode): void {
    leaveFeed();
    const mine = round;
    const failed = (error: unknown, weight = 1) => {
      if (mine !== round) return;
      if (isLasting(error) && !isSignedOut(error)) return close();
      transport.failed(by, weight);
      if (mine !== round) return;
      leaveFeed();
      timer = setTimeout(() => openFeed(by), retryMs);
    };
    timer = setTimeout(() => failed(new Error("Nothing came through."), silenceWeight), silenceMs);
    feed = source.open({
      reached: () => {
        if (mine !== round) return;
        clearTimeout(timer);
        transport.reached(by);
      },
      ended: () => mine === round && close(),
      failed: (error) => failed(error),
      interrupted: (error) => by === "stream" && failed(error),
    });
  }

  async function look(): Promise<void> {
    const mine = round;
    try {
      const over = await source.poll();
      if (mine !== round) return;
      transport.reached("poll");
      if (over) return close();
    } catch (error) {
      if (mine !== round) return;
      if (isLasting(error) && !isSignedOut(error)) return close();
      transport.failed("poll");
    }
    if (mine === round) timer = setTimeout(() => void look(), pollMs);
  }

  function follow(): void {
    const next = transport.get().mode;
    if (next === mode) return;
    mode = next;
    if (next === "poll") {
      leaveFeed();
      void look();
    } else {
      openFeed(next);
    }
  }

  const forget = transport.subscribe(follow);
  const leave = transport.enter();
  let closed = false;
  function close(): void {
    if (closed) return;
    closed = true;
    forget();
    leaveFeed();
    leave();
  }
  follow();
  return close;
}

/** A token that ran out is fetched anew by the next attempt. */
function isSignedOut(error: unknown): boolean {
  return (error as { data?: { code?: string } | null }).data?.code === "UNAUTHORIZED";
}
