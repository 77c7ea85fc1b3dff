import { createClient, REALTIME_SUBSCRIBE_STATES } from "@supabase/supabase-js";
import { WebSocket } from "ws";
import { z } from "zod";
import type { Logger } from "../logger.js";

/** "Run `run` of organisation `org` has got to event `seq`." */
export interface Ring {
  org: string;
  run: string;
  seq: number;
}

/** Says that there is something to look at; may say it twice, late, or not at all. */
export interface Doorbell {
  onRing(listener: (rings: Ring[]) => void): void;
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

const topic = "longhaul:runs";
const payloadSchema = z.object({
  runs: z.array(z.object({ org: z.string(), run: z.string(), seq: z.number() })),
});

/** Listens on Supabase Realtime, over one connection that comes back by itself. */
export function openDoorbell({ supabaseUrl, serviceRoleKey, log }: DoorbellOptions): Doorbell {
  const ringListeners: ((rings: Ring[]) => void)[] = [];
  const openListeners: (() => void)[] = [];
  const client = createClient(supabaseUrl, serviceRoleKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
  });
  client
    .channel(topic, { config: { private: true } })
    .on("broadcast", { event: "runs" }, ({ payload }) => {
      const parsed = payloadSchema.safeParse(payload);
      if (!parsed.success) {
        log.warn({ err: parsed.error }, "the doorbell rang with something unreadable");
        return;
      }
      for (const listener of ringListeners) listener(parsed.data.runs);
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
    onOpen: (listener) => void openListeners.push(listener),
    async close() {
      await client.removeAllChannels();
      await client.realtime.disconnect();
    },
  };
}
