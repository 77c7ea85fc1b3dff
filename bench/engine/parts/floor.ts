import { figure, heading, table } from "../report.js";
import { run } from "../run-child.js";
import type { Stage } from "../stage.js";

/** What disk and store give now, before and after everything else: figures of a noisy hour show here. */
export async function floorOf(stage: Stage, when: string, ms: number): Promise<void> {
  heading(`Floor ${when}`);
  const found = await run("floor", { directory: stage.folder("floor"), ms }, 30_000);
  table([
    [
      "fdatasync after each 200 bytes",
      `${figure(found.synced)} a second`,
      `p50 ${figure(found.syncedP50)} ms`,
    ],
    ["lmdb, 50 writers that wait for the disk", `${figure(found.puts)} puts a second`],
  ]);
}
