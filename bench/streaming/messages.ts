/** What the parent and its children say to each other. */
export type ToLoad =
  | { type: "connect"; kind: "trpc" | "bare"; url: string; token: string; runs: readonly string[] }
  | { type: "begin"; deliveries: number }
  | { type: "usage"; collect: boolean };

export type FromLoad = { type: "connected" } | { type: "delivered"; latencies: number[] } | Usage;

export type ToServer =
  | { type: "usage"; collect: boolean }
  | { type: "profile"; file: string }
  | { type: "burst" }
  | { type: "trickle"; deliveries: number; aSecond: number };

export type FromServer = { type: "ready"; url: string } | { type: "profiled" } | Usage;

/** What a process has used so far. Its memory is worth looking at only where its garbage was collected before. */
export interface Usage {
  type: "usage";
  cpuMicros: number;
  rssBytes: number;
}

/** Milliseconds since 1970, the same in every process of a machine. */
export const now = (): number => performance.timeOrigin + performance.now();
