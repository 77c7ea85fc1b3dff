import { isExpired, isLasting } from "../errors.js";
import type { LiveMode, LiveTransport } from "./transport.js";

export interface LiveHandlers {
  /** The feed is there. It may be so only to refuse. */
  reached(): void;
  /** The feed sent something. */
  told(): void;
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
/** How often in a row a fresh token may be refused before there is no use in asking for another. */
const mostRefusals = 5;

/**
 * Follows `source` by whatever way the transport finds open, until it ends or the returned function is
 * called. A change of way reopens it where it was.
 *
 * @param onClose Called once when the source has ended by itself: with null at its end, else with the error for
 * which there is no use in trying again.
 */
export function openLive(
  transport: LiveTransport,
  source: LiveSource,
  onClose: (error: unknown) => void = () => {},
): () => void {
  let mode: LiveMode | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let feed: { unsubscribe(): void } | null = null;
  const patience = new Patience();
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
      if (patience.isOver(error)) return end(error);
      transport.failed(by, weight);
      if (mine !== round) return;
      leaveFeed();
      timer = setTimeout(() => openFeed(by), retryMs);
    };
    timer = setTimeout(() => failed(new Error("Nothing came through."), silenceWeight), silenceMs);
    const reached = () => {
      if (mine !== round) return;
      clearTimeout(timer);
      transport.reached(by);
    };
    feed = source.open({
      reached,
      told: () => {
        if (mine === round) patience.renew();
        reached();
      },
      ended: () => mine === round && end(null),
      failed: (error) => failed(error),
      interrupted: (error) => by === "stream" && failed(error),
    });
  }

  async function look(): Promise<void> {
    const mine = round;
    try {
      const over = await source.poll();
      if (mine !== round) return;
      patience.renew();
      transport.reached("poll");
      if (over) return end(null);
    } catch (error) {
      if (mine !== round) return;
      if (patience.isOver(error)) return end(error);
      transport.failed("poll");
    }
    if (mine === round) timer = setTimeout(() => void look(), pollMs);
  }

  function follow(): void {
    const next = transport.get().mode;
    if (next === mode) return;
    mode = next;
    if (next !== "poll") return openFeed(next);
    leaveFeed();
    void look();
  }

  const forget = transport.subscribe(follow);
  const leave = transport.enter();
  const close = once(() => {
    forget();
    leaveFeed();
    leave();
  });
  function end(error: unknown): void {
    if (close()) onClose(error);
  }
  follow();
  return close;
}

/** Does something at the first call, which alone is answered with true. */
function once(work: () => void): () => boolean {
  let done = false;
  return () => {
    if (done) return false;
    done = true;
    work();
    return true;
  };
}

/** Tells whether there is no use in trying again. A token that ran out is fetched anew by the next attempt. */
class Patience {
  #refusals = 0;

  isOver(error: unknown): boolean {
    if (!isLasting(error)) return false;
    this.#refusals += 1;
    return !isExpired(error) || this.#refusals > mostRefusals;
  }

  renew(): void {
    this.#refusals = 0;
  }
}
