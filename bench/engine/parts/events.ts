import { goals } from "../goals.js";
import { against, figure, heading, table } from "../report.js";
import { run } from "../run-child.js";
import type { Stage } from "../stage.js";

/** The cost of an event in executions of growing length. */
export async function events(stage: Stage, sizes: number[]): Promise<void> {
  heading("Cost of an event by the length of the execution (a loop of a task and a choice)");
  const found = await run("events", { directory: stage.folder("events"), sizes }, 180_000);
  table([
    ["events", ...found.map((one) => one.events.toLocaleString("en-US"))],
    ["us each", ...found.map((one) => figure(one.microseconds))],
  ]);
  const middle = found.find((one) => one.events > 500) ?? found[0];
  const last = found.at(-1);
  if (middle === undefined || last === undefined) return;
  const name = `an event of ${last.events.toLocaleString("en-US")} to one of ${middle.events.toLocaleString("en-US")}`;
  table([against(name, last.microseconds / middle.microseconds, "times", goals.flat, "most")]);
}
