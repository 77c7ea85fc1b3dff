/** What the parent and its children say to each other. */
export type ToLoad =
  | { type: "connect"; kind: "trpc" | "bare"; url: string; token: string; runs: readonly string[] }
  | { type: "begin"; deliveries: number }
  | { type: "stop" };

export type FromLoad =
  | { type: "connected" }
  | { type: "delivered"; latencies: number[] }
  | { type: "stopped" };

export type ToServer =
  | { type: "usage" }
  | { type: "burst" }
  | { type: "trickle"; deliveries: number; aSecond: number };

export type FromServer =
  | { type: "ready"; url: string }
  | { type: "usage"; cpuMicros: number; rssBytes: number };

/** Milliseconds since 1970, the same in every process of a machine. */
export const now = (): number => performance.timeOrigin + performance.now();
