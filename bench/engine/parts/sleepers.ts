import { setTimeout as sleep } from "node:timers/promises";
import { goals } from "../goals.js";
import { against, figure, heading, table } from "../report.js";
import { run, start } from "../run-child.js";
import type { Stage } from "../stage.js";
import type { SleepFigures } from "./sleepers-child.js";

/** Puts executions to sleep, kills the engine, and starts it again. */
export async function sleepers(stage: Stage, count: number): Promise<void> {
  heading(`${count.toLocaleString("en-US")} executions asleep in a Wait`);
  const input = { directory: stage.folder("sleepers"), sleepers: count };
  const asleep = await fill(input);
  // The one that is due has its moment while nothing runs.
  await sleep(1000);
  const began = performance.now();
  const awake = await run("wake", input, 120_000);
  const whole = performance.now() - began;
  console.log(`  started at ${figure(asleep.rate)} a second`);
  const anonymous = (mb: number | null): string =>
    mb === null ? "" : `${figure(mb)} MB without pages of the data file`;
  table([
    [
      ...against("memory while they sleep", asleep.resident, "MB", goals.sleepersMb, "most"),
      anonymous(asleep.anonymous),
    ],
    [
      ...against("memory after the restart", awake.resident, "MB", goals.sleepersMb, "most"),
      anonymous(awake.anonymous),
    ],
    against(
      "restart, until all are known and their timers set",
      awake.open / 1000,
      "s",
      goals.sleepersBackSeconds,
      "most",
    ),
    ["the same with the start of Node, until one that was due had ended", `${figure(whole / 1000)} s`],
  ]);
}

async function fill(input: { directory: string; sleepers: number }): Promise<SleepFigures> {
  const child = start("fallAsleep", input, 300_000);
  const figures = await child.result;
  await child.kill();
  return figures;
}
