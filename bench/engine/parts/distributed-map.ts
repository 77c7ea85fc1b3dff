import { goals } from "../goals.js";
import { against, figure, heading, table } from "../report.js";
import { run } from "../run-child.js";
import type { Stage } from "../stage.js";

/** A distributed Map whose child executions call a function each. */
export async function distributedMap(stage: Stage, items: number): Promise<void> {
  heading(`A distributed Map of ${items.toLocaleString("en-US")} items, a task each`);
  const { seconds } = await run("map", { directory: stage.folder("map"), items }, 120_000);
  table([against("from start to end", seconds, "s", (goals.mapSeconds * items) / goals.mapItems, "most")]);
  console.log(`  ${figure(items / seconds)} items a second`);
}
