import { createClient, REALTIME_SUBSCRIBE_STATES } from "@supabase/supabase-js";
import { WebSocket } from "ws";
import { z } from "zod";
import type { Logger } from "../logger.js";
import type { RunText } from "./text.js";

/** "Run `run` of organisation `org` has got to event `seq`." */
export interface Ring {
  org: string;
  run: string;
  seq: number;
}

/** A piece of a text, and the run that it belongs to. */
export interface TextOfRun {
  run: string;
  text: RunText;
}

/** Says that there is something to look at; may say it twice, late, or not at all. */
export interface Doorbell {
  onRing(listener: (rings: Ring[]) => void): void;
  /** A step of a run of organisation `org` has written this piece of a text. */
  onText(listener: (org: string, piece: TextOfRun) => void): void;
  /** The connection is there: the first time, and again after each loss. */
  onOpen(listener: () => void): void;
  close(): Promise<void>;
}

export interface DoorbellOptions {
  supabaseUrl: string;
  /** Only this key may join the topic. */
  serviceRoleKey: string;
  log: Logger;
}

type RingListener = Parameters<Doorbell["onRing"]>[0];
type TextListener = Parameters<Doorbell["onText"]>[0];

const topic = "longhaul:runs";
/** By hand: it comes with nearly every event, and the same said by a schema took as long as all that follows from it. */
function isRing(payload: unknown): payload is { runs: Ring[] } {
  const { runs } = (payload ?? {}) as { runs?: Partial<Ring>[] };
  return (
    Array.isArray(runs) &&
    runs.every(
      (ring) => typeof ring?.org === "string" && typeof ring.run === "string" && typeof ring.seq === "number",
    )
  );
}
const textSchema = z
  .object({
    org: z.string(),
    run: z.string(),
    step: z.string(),
    itemPath: z.string(),
    visit: z.number(),
    stream: z.string(),
    offset: z.number(),
    text: z.string(),
  })
  .transform(({ org, run, ...text }) => ({ org, piece: { run, text } }));

/** Listens on Supabase Realtime, over one connection that comes back by itself. */
export function openDoorbell({ supabaseUrl, serviceRoleKey, log }: DoorbellOptions): Doorbell {
  const ringListeners: RingListener[] = [];
  const textListeners: TextListener[] = [];
  const openListeners: (() => void)[] = [];
  const client = createClient(supabaseUrl, serviceRoleKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
  });
  const unreadable = (error?: Error) =>
    log.warn({ err: error }, "the doorbell rang with something unreadable");
  client
    .channel(topic, { config: { private: true } })
    .on("broadcast", { event: "runs" }, ({ payload }) => {
      if (!isRing(payload)) return unreadable();
      for (const listener of ringListeners) listener(payload.runs);
    })
    .on("broadcast", { event: "text" }, ({ payload }) => {
      const { data: written, error } = textSchema.safeParse(payload);
      if (!written) return unreadable(error);
      for (const listener of textListeners) listener(written.org, written.piece);
    })
    .subscribe((status, error) => {
      if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) {
        log.info("the doorbell is connected");
        for (const listener of openListeners) listener();
      } else {
        log.warn({ status, err: error }, "the doorbell is not connected");
      }
    });

  return {
    onRing: (listener) => void ringListeners.push(listener),
    onText: (listener) => void textListeners.push(listener),
    onOpen: (listener) => void openListeners.push(listener),
    async close() {
      await client.removeAllChannels();
      await client.realtime.disconnect();
    },
  };
}
