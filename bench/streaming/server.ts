import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";
import type { FromServer, ToServer } from "./messages.js";
import { usage } from "./usage.js";

/** Answers a server process's parent; give what it does besides telling what it has used. */
export function serveParent(url: string, otherwise: (message: ToServer) => void): void {
  const tell = (message: FromServer) => process.send?.(message);
  let profiling: Session | null = null;
  /** The first time begins a profile, the second one writes it. */
  const profile = async (file: string) => {
    if (profiling) {
      const { profile: found } = await profiling.post("Profiler.stop");
      await writeFile(file, JSON.stringify(found));
      profiling.disconnect();
      profiling = null;
    } else {
      profiling = new Session();
      profiling.connect();
      await profiling.post("Profiler.enable");
      await profiling.post("Profiler.setSamplingInterval", { interval: 200 });
      await profiling.post("Profiler.start");
    }
    tell({ type: "profiled" });
  };
  process.on("message", (message: ToServer) => {
    if (message.type === "usage") void usage(message.collect).then(tell);
    else if (message.type === "profile") void profile(message.file);
    else otherwise(message);
  });
  process.on("disconnect", () => process.exit(0));
  tell({ type: "ready", url });
}
