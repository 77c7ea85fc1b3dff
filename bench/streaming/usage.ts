import { setTimeout as sleep } from "node:timers/promises";
import type { Usage } from "./messages.js";

/** What this process has used so far; what collecting its garbage takes is not in it. */
export async function usage(collect: boolean): Promise<Usage> {
  const { user, system } = process.cpuUsage();
  if (collect) {
    // Twice: pages are given back to the system a while after what was on them has gone.
    globalThis.gc?.();
    await sleep(300);
    globalThis.gc?.();
  }
  return { type: "usage", cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
}
