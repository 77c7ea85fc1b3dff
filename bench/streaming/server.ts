import type { FromServer, ToServer } from "./messages.js";

/** Answers a server process's parent; give what it does besides telling what it has used. */
export function serveParent(url: string, otherwise: (message: ToServer) => void): void {
  const tell = (message: FromServer) => process.send?.(message);
  process.on("message", (message: ToServer) => {
    if (message.type !== "usage") return otherwise(message);
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    tell({ type: "usage", cpuMicros: user + system, rssBytes: process.memoryUsage.rss() });
  });
  process.on("disconnect", () => process.exit(0));
  tell({ type: "ready", url });
}
